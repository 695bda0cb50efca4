// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.tactus.model.Boundary;
import org.tactus.model.Choices;
import org.tactus.model.DeviceKind;
import org.tactus.model.Offer;
import org.tactus.model.Precision;
import org.tactus.model.Reclaim;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/**
 * Chooses which segments are offered to the accelerator's idle time, and the budgets, as much as the analysis lets pass: segments by
 * accuracy gained for accelerator time, each kept when the set stays schedulable with one more substitution, else when it does with a
 * choice among more segments. Deterministic. Used by one thread.
 */
final class ReclaimBudgets {
    private final LayerChoices choices;
    private final int[][] chosen;
    private final List<Task> tasks;
    private final List<Candidate> candidates = new ArrayList<>();

    /** A segment that might be offered. */
    private record Candidate(int task, int segment, Offer offer, double gain) {
        double density() {
            return gain / offer.wcetNs();
        }
    }

    ReclaimBudgets(final LayerChoices choices, final int[][] chosen) {
        this.choices = choices;
        this.chosen = chosen;
        tasks = new ArrayList<>(choices.with(chosen).tasks());
        for (int i = 0; i < chosen.length; i++) {
            for (int j = 1; j < chosen[i].length; j++) { // the first segment runs where the job is released
                final Optional<Candidate> candidate = candidate(i, j);
                candidate.ifPresent(candidates::add);
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::density).reversed());
    }

    private Optional<Candidate> candidate(final int task, final int segment) {
        final Variant now = choices.variant(task, segment, chosen[task][segment]);
        Candidate best = null;
        for (final Variant other : choices.variants(task, segment)) {
            final DeviceKind kind = choices.set().platform().devices().get(other.device()).kind();
            // a network's segment is taken only by what computes it
            final boolean accelerator = tasks.get(task).model().isPresent() ? kind == DeviceKind.CUDA : kind != DeviceKind.CPU;
            final double gain = now.loss() - other.loss();
            if (accelerator && other.device() != now.device() && other.precision() == Precision.FP32 && gain > 0) {
                final Candidate found = new Candidate(task, segment,
                    new Offer(other.device(), other.wcetNs() + transfersNs(task, segment, other)), gain);
                best = best == null || found.density() > best.density() ? found : best;
            }
        }
        return Optional.ofNullable(best);
    }

    /** What the operands cost on their way in, and the results back to where the plan has their takers. */
    private long transfersNs(final int task, final int segment, final Variant there) {
        final Choices open = choices.set().tasks().get(task).choices().orElseThrow();
        final Variant now = choices.variant(task, segment, chosen[task][segment]);
        long ns = 0;
        for (final Boundary boundary : open.boundaries()) {
            if (boundary.to() == segment) {
                final boolean input = boundary.from() == Boundary.INPUT;
                final Variant from = input ? null : choices.variant(task, boundary.from(), chosen[task][boundary.from()]);
                ns += boundary.costNs(input ? -1 : place(from), input ? Precision.FP32 : from.precision(), there.device(),
                    there.precision());
            } else if (boundary.from() == segment) {
                ns += boundary.costNs(there.device(), there.precision(), place(now), now.precision());
            }
        }
        return ns;
    }

    private int place(final Variant variant) {
        return choices.isOnHost(variant) ? -1 : variant.device();
    }

    /** The set with offers and budgets; nothing is left open. */
    TaskSet fill() {
        tasks.replaceAll(task -> task.settled(task.segments(), Optional.empty()));
        final List<Candidate> refused = new ArrayList<>();
        for (final Candidate candidate : candidates) {
            if (!add(candidate, 1)) {
                refused.add(candidate);
            }
        }
        refused.stream().filter(candidate -> tasks.get(candidate.task).reclaim().isPresent()).forEach(candidate -> add(candidate, 0));
        return choices.with(tasks);
    }

    /** Offers one more segment and allows some more substitutions, if the set stays schedulable. */
    private boolean add(final Candidate candidate, final int more) {
        final Task before = tasks.get(candidate.task);
        final Optional<Reclaim> budget = before.reclaim();
        if (budget.isPresent() && before.segments().stream().flatMap(segment -> segment.offer().stream())
            .anyMatch(offer -> offer.device() != candidate.offer.device())) {
            return false;
        }
        final long ns = candidate.offer.wcetNs();
        final Reclaim grown = budget.map(old -> new Reclaim(old.timeNs() + more * ns, old.substitutions() + more,
            Math.max(old.largestNs(), ns))).orElse(new Reclaim(ns, 1, ns));
        if (more == 0 && ns > grown.timeNs()) {
            return false;
        }
        final List<Segment> segments = new ArrayList<>(before.segments());
        segments.set(candidate.segment, segments.get(candidate.segment).withOffer(Optional.of(candidate.offer)));
        tasks.set(candidate.task, before.settled(segments, Optional.of(grown)));
        if (Acceptance.accepts(choices.with(tasks))) {
            return true;
        }
        tasks.set(candidate.task, before);
        return false;
    }
}
