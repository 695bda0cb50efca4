// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a segment's tensors lie: what it takes and gives in memory of its caller; the others in its scratch, where those that are never
 * alive at once share places. A tensor may be part of another one: a view of it, or what is concatenated, which is then made in its place.
 */
final class Placement {
    private final Values values;
    /** By tensor, what it is part of, and where in it. */
    private final Map<String, Part> parents = new HashMap<>();
    /** By tensor that is part of no other, or by step with memory of its own, where it lies in the scratch. */
    private final Map<Object, Long> offsets = new HashMap<>();
    private long scratchBytes;

    /** A tensor's place in another one. */
    record Part(String root, long offset) {
    }

    /** Memory that is needed from one step to another. */
    private record Life(Object owner, long bytes, int first, int last) {
        boolean meets(final Life other) {
            return first <= other.last && other.first <= last;
        }
    }

    Placement(final Values values) {
        this.values = values;
    }

    /** The tensor that a tensor is part of in the end, itself where it is part of none. */
    Part root(final String tensor) {
        final Part parent = parents.get(tensor);
        if (parent == null) {
            return new Part(tensor, 0);
        }
        final Part above = root(parent.root());
        return new Part(above.root(), above.offset() + parent.offset());
    }

    private boolean isFree(final String tensor) {
        return !parents.containsKey(tensor) && !values.isInput(tensor) && !values.isOutput(tensor) && !values.isConstant(tensor);
    }

    /**
     * Lets a tensor be made in a part of another one, if nothing else says where it lies.
     *
     * @return false when it lies elsewhere, and has to be copied
     */
    boolean join(final String tensor, final String whole, final long offset) {
        final Part from = root(tensor);
        final boolean fills = from.offset() == 0 && values.bytes(from.root()) == values.bytes(tensor);
        if (!fills || !isFree(from.root()) || root(whole).root().equals(from.root())
            || (root(whole).offset() + offset) % 16 != 0) { // accesses to four numbers at once want such places
            return false;
        }
        parents.put(from.root(), new Part(whole, offset));
        return true;
    }

    /** Where a tensor lies. */
    Launch.Place of(final String tensor) {
        final Part part = root(tensor);
        final Long offset = offsets.get(part.root());
        return offset == null ? new Launch.Place(Launch.Space.TENSOR, part.root(), part.offset())
            : new Launch.Place(Launch.Space.SCRATCH, "", offset + part.offset());
    }

    /** Where a step has memory of its own. */
    Launch.Place work(final Step step) {
        return new Launch.Place(Launch.Space.SCRATCH, "", offsets.get(step));
    }

    long scratchBytes() {
        return scratchBytes;
    }

    /** Finds places for what steps make, in their order: the largest first, each at the lowest place that is free while it is needed. */
    void place(final List<Step> steps) {
        final Map<String, Integer> firsts = new HashMap<>();
        final Map<String, Integer> lasts = new HashMap<>();
        final List<Life> lives = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            final Step step = steps.get(i);
            final int at = i;
            firsts.putIfAbsent(root(step.output()).root(), at);
            lasts.put(root(step.output()).root(), at);
            step.reads().forEach(read -> lasts.put(root(read).root(), at));
            if (step.workBytes() > 0) {
                lives.add(new Life(step, step.workBytes(), at, at));
            }
        }
        firsts.forEach((tensor, first) -> {
            if (!values.isInput(tensor) && !values.isOutput(tensor)) {
                lives.add(new Life(tensor, values.bytes(tensor), first, lasts.get(tensor)));
            }
        });
        lives.sort(Comparator.comparingLong(Life::bytes).reversed().thenComparingInt(Life::first));
        final List<Life> placed = new ArrayList<>();
        for (final Life life : lives) {
            final List<Life> beside = placed.stream().filter(life::meets).sorted(Comparator.comparing(other -> offsets.get(other.owner())))
                .toList();
            long offset = 0;
            for (final Life other : beside) {
                if (offsets.get(other.owner()) >= offset + life.bytes()) {
                    break;
                }
                offset = Math.max(offset, roundedUp(offsets.get(other.owner()) + other.bytes()));
            }
            offsets.put(life.owner(), offset);
            placed.add(life);
            scratchBytes = Math.max(scratchBytes, roundedUp(offset + life.bytes()));
        }
    }

    private static long roundedUp(final long bytes) {
        return Math.ceilDiv(bytes, SegmentProgram.ALIGNMENT_BYTES) * SegmentProgram.ALIGNMENT_BYTES;
    }
}
