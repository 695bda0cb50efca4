// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskSet;

/**
 * Knows only the chunks and the segments that a simulation tells of, and holds every one against the rules of a device that moves both
 * ways at once: one chunk a direction at a time; a chunk takes memory from its begin on when it comes in, and until its end when it goes
 * out, and never is more taken than there is, or than the task's ring holds; a segment starts when all that it needs is in, and nothing of
 * it moves while it executes.
 */
final class ChunkObserver extends MoveObserver {
    /** What happens at the same instant is looked at in this order: what ends, then what begins. */
    private enum Kind { EXECUTED, OUT_ENDS, IN_ENDS, IN_BEGINS, OUT_BEGINS, EXECUTES }

    private enum Place { OUT, MOVES, IN }

    private record Event(long atNs, Kind kind, int task, int index) {
    }

    private final List<Event> events = new ArrayList<>();
    private final Place[][] places;
    private long aborted;
    private long overlaps;

    ChunkObserver(final TaskSet set) {
        super(set);
        places = new Place[regions.length][];
        for (int i = 0; i < regions.length; i++) {
            places[i] = new Place[(int) regions[i].chunks()];
            Arrays.fill(places[i], Place.OUT);
        }
    }

    /** Jobs that were aborted, because nobody could give what they needed. */
    long aborted() {
        return aborted;
    }

    /** Chunks that began to move while one moved the other way. */
    long overlaps() {
        return overlaps;
    }

    /** The first rule that was broken, or an empty string. */
    String violation() {
        long used = 0;
        long arena = 0;
        for (final SwapRegion region : regions) {
            used += region.fixedBytes();
            arena = Math.max(arena, region.scratchBytes());
        }
        used += arena;
        if (used > memory.capacityBytes()) {
            return "";
        }
        events.sort(Comparator.comparingLong(Event::atNs).thenComparing(Event::kind));
        Event coming = null;
        Event going = null;
        Event executing = null;
        for (final Event event : events) {
            final Place[] own = places[event.task()];
            final Place before = event.kind() == Kind.EXECUTED || event.kind() == Kind.EXECUTES ? null : own[event.index()];
            switch (event.kind()) {
                case EXECUTED -> executing = null;
                case EXECUTES -> {
                    executing = event;
                    for (int c = begin(event); c < end(event); c++) {
                        if (own[c] != Place.IN) {
                            return event + " while chunk " + c + " is " + own[c];
                        }
                    }
                }
                case IN_BEGINS, OUT_BEGINS -> {
                    final boolean in = event.kind() == Kind.IN_BEGINS;
                    if ((in ? coming : going) != null || before != (in ? Place.OUT : Place.IN)) {
                        return event + " of a chunk that is " + before + ", during " + (in ? coming : going);
                    }
                    if (executing != null && executing.task() == event.task() && event.index() >= begin(executing)
                        && event.index() < end(executing)) {
                        return event + " during " + executing;
                    }
                    own[event.index()] = Place.MOVES;
                    overlaps += (in ? going : coming) != null ? 1 : 0;
                    coming = in ? event : coming;
                    going = in ? going : event;
                    used += in ? memory.chunkBytes() : 0;
                }
                case IN_ENDS -> {
                    own[event.index()] = Place.IN;
                    coming = null;
                }
                default -> {
                    own[event.index()] = Place.OUT;
                    going = null;
                    used -= memory.chunkBytes();
                }
            }
            if (used > memory.capacityBytes()) {
                return event + " takes " + used + " bytes";
            }
            if (Arrays.stream(own).filter(place -> place != Place.OUT).count() > regions[event.task()].volumeChunks()) {
                return event + " takes more than its ring";
            }
        }
        return "";
    }

    private int begin(final Event execution) {
        return regions[execution.task()].firstChunks().get(execution.index()).intValue();
    }

    private int end(final Event execution) {
        return begin(execution) + (int) regions[execution.task()].chunksOf(execution.index());
    }

    @Override
    public void onChunk(final int device, final int task, final boolean in, final int chunk, final long startNs, final long endNs) {
        events.add(new Event(startNs, in ? Kind.IN_BEGINS : Kind.OUT_BEGINS, task, chunk));
        events.add(new Event(endNs, in ? Kind.IN_ENDS : Kind.OUT_ENDS, task, chunk));
    }

    @Override
    public void onSegment(
        final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
        events.add(new Event(startNs, Kind.EXECUTES, task, segment));
        events.add(new Event(endNs, Kind.EXECUTED, task, segment));
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        aborted++;
    }
}
