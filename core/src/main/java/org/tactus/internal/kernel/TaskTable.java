package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tactus.internal.device.SegmentWork;
import org.tactus.model.OverrunAction;
import org.tactus.model.Segment;
import org.tactus.model.Task;

/**
 * Which task lies in which slot, and which works in its segments' records. Written by the control thread before the
 * task is admitted and after it is gone; the command that admits it publishes it to the dispatchers, which write {@link #errors}
 * only. The monitor reads without order and takes an empty slot for a task that is gone.
 */
final class TaskTable {
    /** Prepared work of each segment record. */
    final SegmentWork[] works;
    /** Why a task's segment broke, by slot; written by the dispatcher before its event. */
    final Throwable[] errors;
    private final Task[] tasks;
    private final int[] firstSegments;
    private final boolean[] removing;

    TaskTable(final KernelOptions options) {
        works = new SegmentWork[options.segmentCapacity()];
        errors = new Throwable[options.taskCapacity()];
        tasks = new Task[options.taskCapacity()];
        firstSegments = new int[options.taskCapacity()];
        removing = new boolean[options.taskCapacity()];
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

    int capacity() {
        return tasks.length;
    }

    /** The task in a slot, or null. */
    Task task(final int slot) {
        return tasks[slot];
    }

    List<Task> tasks() {
        final List<Task> present = new ArrayList<>();
        for (final Task task : tasks) {
            if (task != null) {
                present.add(task);
            }
        }
        return present;
    }

    /** Puts a task into a free slot; returns the slot. */
    int put(final Task task, final List<SegmentWork> segments) {
        final int slot = freeSlot();
        final int first = freeSegments(segments.size());
        for (int i = 0; i < segments.size(); i++) {
            works[first + i] = segments.get(i);
        }
        firstSegments[slot] = first;
        tasks[slot] = task;
        errors[slot] = null;
        removing[slot] = false;
        return slot;
    }

    private int freeSlot() {
        for (int i = 0; i < tasks.length; i++) {
            if (tasks[i] == null) {
                return i;
            }
        }
        throw new AdmissionRefusedException("the kernel holds " + tasks.length + " tasks and no more; make it with more capacity");
    }

    private int freeSegments(final int count) {
        int run = 0;
        for (int i = 0; i < works.length; i++) {
            run = works[i] == null ? run + 1 : 0;
            if (run == count) {
                return i - count + 1;
            }
        }
        throw new AdmissionRefusedException(
            "the kernel holds " + works.length + " segments and no more; make it with more capacity");
    }

    /** Closes a task's works and frees its slot; no dispatcher may know it any more. */
    void clear(final int slot) {
        for (int i = 0; i < tasks[slot].segments().size(); i++) {
            works[firstSegments[slot] + i].close();
        }
        remove(slot);
    }

    /** Frees a task's slot; its works stay open. */
    void remove(final int slot) {
        for (int i = 0; i < tasks[slot].segments().size(); i++) {
            works[firstSegments[slot] + i] = null;
        }
        tasks[slot] = null;
    }

    /** Notes that a task is to go; false when there is none, or that was noted before. */
    boolean markRemoving(final int slot) {
        final boolean first = tasks[slot] != null && !removing[slot];
        removing[slot] |= first;
        return first;
    }

    boolean isRemoving(final int slot) {
        return tasks[slot] != null && removing[slot];
    }

    int firstSegment(final int slot) {
        return firstSegments[slot];
    }

    String name(final int slot) {
        final Task task = tasks[slot];
        return task == null ? "slot " + slot : task.name();
    }

    OverrunAction onOverrun(final int slot) {
        final Task task = tasks[slot];
        return task == null ? OverrunAction.CONTINUE : task.onOverrun();
    }

    int segmentIndex(final int slot, final int segmentRecord) {
        return segmentRecord - firstSegments[slot];
    }
}
