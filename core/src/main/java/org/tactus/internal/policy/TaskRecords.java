// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.lang.invoke.VarHandle;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.model.BacklogAction;
import org.tactus.model.Offer;
import org.tactus.model.OverrunAction;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;

/** Writes tasks into the tables of a {@link PolicyState}, each under a generation of its own. Control thread. */
final class TaskRecords {
    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final PolicyKind policy;
    private int nextOrder;
    private int lastGeneration;

    TaskRecords(final PolicyState state, final PolicyKind policy) {
        this.state = state;
        this.buffer = state.buffer;
        this.policy = policy;
    }

    /** Writes a task into a slot, as {@link PolicyState#define} says, and returns its generation. */
    int write(final int slot, final Task task, final int firstSegment, final long seed) {
        final int taskOffset = state.taskOffset(slot);
        final int generation = Math.addExact(lastGeneration, 1);
        lastGeneration = generation;
        buffer.putIntVolatile(taskOffset + TaskDescriptor.STOP_OFFSET, 0);
        VarHandle.storeStoreFence(); // without it the plain stores below could come before the one above
        buffer.setMemory(taskOffset, TaskDescriptor.RECORD_LENGTH, (byte) 0);
        buffer.setMemory(state.jobOffset(slot), JobDescriptor.RECORD_LENGTH, (byte) 0);
        buffer.putLong(taskOffset + TaskDescriptor.PERIOD_OFFSET, task.periodNs());
        buffer.putLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET, task.deadlineNs());
        buffer.putLong(taskOffset + TaskDescriptor.JITTER_OFFSET, task.jitterNs());
        buffer.putLong(taskOffset + TaskDescriptor.SEED_OFFSET, seed);
        buffer.putInt(taskOffset + TaskDescriptor.PRIORITY_OFFSET, task.priority());
        buffer.putInt(taskOffset + TaskDescriptor.ORDER_OFFSET, nextOrder++);
        buffer.putInt(taskOffset + TaskDescriptor.FIRST_SEGMENT_OFFSET, firstSegment);
        buffer.putInt(taskOffset + TaskDescriptor.SEGMENT_COUNT_OFFSET, task.segments().size());
        buffer.putInt(taskOffset + TaskDescriptor.HOME_DEVICE_OFFSET, task.segments().getFirst().device());
        buffer.putInt(taskOffset + TaskDescriptor.LAST_DEVICE_OFFSET, task.segments().getLast().device());
        buffer.putInt(taskOffset + TaskDescriptor.FLAGS_OFFSET, flags(task));
        buffer.putInt(taskOffset + TaskDescriptor.GENERATION_OFFSET, generation);
        buffer.putLong(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET, TaskDescriptor.noArrival(generation));
        buffer.putLong(taskOffset + TaskDescriptor.SEEN_ARRIVAL_OFFSET, TaskDescriptor.noArrival(generation));
        buffer.putLong(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET, TaskDescriptor.noArrival(generation));
        buffer.putInt(taskOffset + TaskDescriptor.OPTIONAL_FROM_OFFSET,
            (int) task.segments().stream().takeWhile(segment -> !segment.optional()).count());
        long restNs = 0;
        for (int i = task.segments().size() - 1; i >= 0; i--) {
            final long wcetNs = task.segments().get(i).wcetNs();
            restNs = restNs > Long.MAX_VALUE - wcetNs ? Long.MAX_VALUE : restNs + wcetNs;
            buffer.putLong(state.segmentOffset(firstSegment + i) + SegmentDescriptor.REST_OFFSET, restNs);
        }
        defineLevels(task, firstSegment);
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            final int segmentOffset = state.segmentOffset(firstSegment + i);
            buffer.putLong(segmentOffset + SegmentDescriptor.WCET_OFFSET, segment.wcetNs());
            buffer.putInt(segmentOffset + SegmentDescriptor.DEVICE_OFFSET, segment.device());
            buffer.putInt(segmentOffset + SegmentDescriptor.OFFER_DEVICE_OFFSET,
                segment.offer().map(Offer::device).orElse(PolicyState.NONE));
            buffer.putLong(segmentOffset + SegmentDescriptor.OFFER_WCET_OFFSET, segment.offer().map(Offer::wcetNs).orElse(0L));
        }
        defineReclaim(slot, task);
        // The admitting command's queue publishes the record; the release only keeps an outside observer from half a record.
        buffer.putIntRelease(taskOffset + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_IDLE);
        // Release: a caller that finds its generation here has read this record, and no other of the slot.
        buffer.putIntRelease(taskOffset + TaskDescriptor.STOP_OFFSET, TaskDescriptor.stopWord(generation, false));
        return generation;
    }

    private void defineLevels(final Task task, final int firstSegment) {
        final boolean several = task.segments().stream().anyMatch(segment -> segment.levels().size() > 1);
        final UnsafeBuffer levels = state.levels() == null && several ? state.makeLevels() : state.levels();
        for (int i = 0; levels != null && i < task.segments().size(); i++) {
            final int record = LevelDescriptor.recordOffset(firstSegment + i);
            final List<Segment.Level> sizes = task.segments().get(i).levels();
            levels.putInt(record + LevelDescriptor.COUNT_OFFSET, sizes.size());
            for (int k = 0; k < sizes.size(); k++) {
                levels.putLong(record + LevelDescriptor.WCET_OFFSET + k * LevelDescriptor.LEVEL_LENGTH, sizes.get(k).wcetNs());
                levels.putDouble(record + LevelDescriptor.GAIN_OFFSET + k * LevelDescriptor.LEVEL_LENGTH, sizes.get(k).gain());
            }
        }
    }

    private void defineReclaim(final int slot, final Task task) {
        final int reclaimOffset = state.reclaimOffset(slot);
        buffer.setMemory(reclaimOffset, ReclaimDescriptor.RECORD_LENGTH, (byte) 0);
        if (task.reclaim().isPresent()) {
            final Reclaim budget = task.reclaim().get();
            buffer.putLong(reclaimOffset + ReclaimDescriptor.TIME_OFFSET, budget.timeNs());
            buffer.putLong(reclaimOffset + ReclaimDescriptor.LARGEST_OFFSET, budget.largestNs());
            buffer.putInt(reclaimOffset + ReclaimDescriptor.MOST_OFFSET, budget.substitutions());
            buffer.putInt(reclaimOffset + ReclaimDescriptor.DEVICE_OFFSET,
                task.segments().stream().flatMap(segment -> segment.offer().stream()).findFirst().map(Offer::device)
                    .orElse(PolicyState.NONE));
        }
    }

    private int flags(final Task task) {
        return (policy != PolicyKind.FIXED_PRIORITY ? TaskDescriptor.FLAG_EDF : 0)
            | (policy == PolicyKind.EDF_MANDATORY_FIRST ? TaskDescriptor.FLAG_MANDATORY_FIRST : 0)
            | (task.isBestEffort() ? TaskDescriptor.FLAG_BEST_EFFORT : 0)
            | (task.reclaim().isPresent() ? TaskDescriptor.FLAG_RECLAIMS : 0)
            | (task.release() == Release.SPORADIC ? TaskDescriptor.FLAG_SPORADIC : 0)
            | (task.isAlwaysReady() ? TaskDescriptor.FLAG_AT_COMPLETION : 0)
            | (task.remote().isPresent() ? TaskDescriptor.FLAG_OFFERED : 0)
            | (task.onBacklog() == BacklogAction.DROP ? TaskDescriptor.FLAG_DROP_BACKLOG : 0)
            | (task.onOverrun() == OverrunAction.SKIP_NEXT ? TaskDescriptor.FLAG_OVERRUN_SKIPS : 0)
            | (task.onOverrun() == OverrunAction.STOP ? TaskDescriptor.FLAG_OVERRUN_STOPS : 0);
    }
}
