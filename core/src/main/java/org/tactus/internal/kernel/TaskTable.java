// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.model.OverrunAction;
import org.tactus.model.Segment;
import org.tactus.model.Task;

/**
 * Holds the task of each slot and the works of its segments. The control thread writes an entry before the task is admitted and after it
 * is gone; the command that admits the task publishes the entry to the dispatchers, which write {@link #errors} only. The monitor treats
 * an empty slot, or one with another generation, as a task that is gone. A lock keeps the control thread from closing a task's works
 * while the monitor terminates one of them.
 */
final class TaskTable {
    /** Prepared work of each segment record. */
    final SegmentWork[] works;
    /** Of each segment record, whether it runs to its end on a preemptive device. */
    final boolean[] ceilings;
    /** Why a task's segment broke, by slot; written by the dispatcher before its event. */
    final Throwable[] errors;
    /** What is known of tasks whose slots were freed. */
    final EndedTasks ended = new EndedTasks();
    private final AtomicReferenceArray<Entry> entries;
    private final int[] firstSegments;
    private final boolean[] removing;
    /** By slot, whether no task may be put there though none is there. */
    private final boolean[] withheld;
    /** By slot: the generation of the last task that failed there. Written by the monitor, which may be late by a task. */
    private final AtomicIntegerArray failed;
    /** No slot before this one is free, and no segment record before that one: so that a set of many tasks is put in one pass. */
    private int slotHint;
    private int segmentHint;

    /**
     * A task and which admission it is; 0 until its record is written.
     *
     * @param task       as it was admitted
     * @param placed     the same with segments that name dispatchers ({@link Lanes})
     * @param generation which admission
     */
    record Entry(Task task, Task placed, int generation) {
    }

    TaskTable(final KernelOptions options) {
        works = new SegmentWork[options.segmentCapacity()];
        ceilings = new boolean[options.segmentCapacity()];
        errors = new Throwable[options.taskCapacity()];
        entries = new AtomicReferenceArray<>(options.taskCapacity());
        firstSegments = new int[options.taskCapacity()];
        removing = new boolean[options.taskCapacity()];
        withheld = new boolean[options.taskCapacity()];
        failed = new AtomicIntegerArray(options.taskCapacity());
    }

    static int homeDevice(final Task task) {
        return task.segments().getFirst().device();
    }

    /** Devices on which a job may end. */
    static Set<Integer> lastDevices(final Task task) {
        final Set<Integer> devices = new HashSet<>(Set.of(task.segments().getLast().device()));
        task.segments().getLast().offer().ifPresent(offer -> devices.add(offer.device()));
        return devices;
    }

    static Set<Integer> devicesOf(final Task task) {
        final Set<Integer> devices = new HashSet<>();
        for (final Segment segment : task.segments()) {
            devices.add(segment.device());
            segment.offer().ifPresent(offer -> devices.add(offer.device()));
        }
        return devices;
    }

    /** Whether a task has a segment on a device, or may have; without an allocation, for what the monitor asks in each round. */
    static boolean isOn(final Task task, final int device) {
        final List<Segment> segments = task.segments();
        for (int i = 0; i < segments.size(); i++) {
            final Segment segment = segments.get(i);
            if (segment.device() == device || segment.offer().isPresent() && segment.offer().get().device() == device) {
                return true;
            }
        }
        return false;
    }

    int capacity() {
        return entries.length();
    }

    /** The task in a slot, or null. */
    Task task(final int slot) {
        final Entry entry = entries.get(slot);
        return entry == null ? null : entry.task;
    }

    /** The task in a slot with segments that name dispatchers, or null. */
    Task placed(final int slot) {
        final Entry entry = entries.get(slot);
        return entry == null ? null : entry.placed;
    }

    /** The task in a slot and its generation, or null. */
    Entry entry(final int slot) {
        return entries.get(slot);
    }

    /** The task of a generation in a slot, or null when it is gone. Any slot. */
    Task task(final int slot, final int generation) {
        final Entry entry = entry(slot, generation);
        return entry == null ? null : entry.task;
    }

    /** The entry of a generation in a slot, or null when it is gone. Any slot. */
    Entry entry(final int slot, final int generation) {
        final Entry entry = slot < 0 || slot >= entries.length() ? null : entries.get(slot);
        return entry == null || entry.generation != generation || generation == 0 ? null : entry;
    }

    List<Task> tasks() {
        final List<Task> present = new ArrayList<>();
        for (int slot = 0; slot < entries.length(); slot++) {
            if (entries.get(slot) != null) {
                present.add(entries.get(slot).task);
            }
        }
        return present;
    }

    /** Puts a task, and the same with segments that name dispatchers, into a free slot; returns the slot. */
    int put(final Task task, final Task placed, final List<SegmentWork> segments) {
        final int slot = freeSlot();
        final int first = freeSegments(segments.size());
        for (int i = 0; i < segments.size(); i++) {
            works[first + i] = segments.get(i);
            ceilings[first + i] = !task.segments().get(i).preemptable();
        }
        firstSegments[slot] = first;
        errors[slot] = null;
        removing[slot] = false;
        entries.set(slot, new Entry(task, placed, 0));
        return slot;
    }

    /** Notes which admission a slot's task is; from here on the monitor acts on it. */
    void admitAs(final int slot, final int generation) {
        final Entry entry = entries.get(slot);
        entries.set(slot, new Entry(entry.task, entry.placed, generation));
    }

    private int freeSlot() {
        for (int i = slotHint; i < entries.length(); i++) {
            if (entries.get(i) == null && !withheld[i]) {
                slotHint = i;
                return i;
            }
        }
        throw new AdmissionRefusedException("the kernel holds " + entries.length() + " tasks and no more; make it with more capacity");
    }

    private int freeSegments(final int count) {
        int run = 0;
        for (int i = segmentHint; i < works.length; i++) {
            run = works[i] == null ? run + 1 : 0;
            if (run == count) {
                if (i - count + 1 == segmentHint) {
                    segmentHint = i + 1;
                }
                return i - count + 1;
            }
        }
        throw new AdmissionRefusedException(
            "the kernel holds " + works.length + " segments and no more; make it with more capacity");
    }

    /** Closes a task's works and frees its slot; no dispatcher may know it any more. */
    synchronized void clear(final int slot) {
        final Closing closing = new Closing();
        for (int i = 0; i < task(slot).segments().size(); i++) {
            closing.attempt(works[firstSegments[slot] + i]::close);
        }
        remove(slot);
        closing.finish();
    }

    /** Frees a task's slot; its works stay open. */
    synchronized void remove(final int slot) {
        for (int i = 0; i < task(slot).segments().size(); i++) {
            works[firstSegments[slot] + i] = null;
        }
        entries.set(slot, null);
        slotHint = Math.min(slotHint, slot);
        segmentHint = Math.min(segmentHint, firstSegments[slot]);
    }

    /** Gives a slot without a task to no other one, since a dispatcher has not forgotten what was there; or again, when it has. */
    void withhold(final int slot, final boolean withhold) {
        withheld[slot] = withhold;
        slotHint = withhold ? slotHint : Math.min(slotHint, slot);
    }

    /** Asks a work of a task to end early, unless the task is gone. Monitor. */
    synchronized void terminate(final int slot, final int generation, final int segmentRecord) {
        if (task(slot, generation) != null && works[segmentRecord] != null) {
            works[segmentRecord].terminate();
        }
    }

    /** Notes that a task is to go; false when there is none, or that was noted before. */
    boolean markRemoving(final int slot) {
        final boolean first = task(slot) != null && !removing[slot];
        removing[slot] |= first;
        return first;
    }

    boolean isRemoving(final int slot) {
        return task(slot) != null && removing[slot];
    }

    /** Notes that a task was stopped by an error, an overrun or a lost device; no other one in its slot. Called by the monitor. */
    void markFailed(final int slot, final int generation) {
        failed.setRelease(slot, Math.max(generation, failed.getPlain(slot)));
    }

    /** Whether a task was stopped by an error, an overrun or a lost device; exact after the monitor has ended. */
    boolean hasFailed(final int slot) {
        final Entry entry = entries.get(slot);
        return entry != null && entry.generation != 0 && failed.getAcquire(slot) == entry.generation;
    }

    int firstSegment(final int slot) {
        return firstSegments[slot];
    }

    /** Name of a task that is or was in a slot. Any thread. */
    String name(final int slot, final int generation) {
        final Task task = task(slot, generation);
        return task == null ? ended.name(generation) : task.name();
    }

    /** Why a task that is or was in a slot broke, or null. Any thread. */
    Throwable error(final int slot, final int generation) {
        final Throwable error = errors[slot]; // before the entry: an error that is reset meanwhile is kept by then
        return task(slot, generation) == null ? ended.error(generation) : error;
    }

    OverrunAction onOverrun(final int slot, final int generation) {
        final Task task = task(slot, generation);
        return task == null ? OverrunAction.CONTINUE : task.onOverrun();
    }

    int segmentIndex(final int slot, final int segmentRecord) {
        return segmentRecord - firstSegments[slot];
    }
}
