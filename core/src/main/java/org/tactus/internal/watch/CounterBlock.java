// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Platform;
import org.tactus.model.Task;

/**
 * Counts a run by its events, in memory laid out by {@link CountersDescriptor}: a file's, which other processes read, or memory of this
 * process alone. Put it behind the rings, on the monitor's thread, which is then the only writer. Counting allocates nothing. Events that
 * were dropped are not counted here; tell {@link #dropped} so that a reader knows.
 */
public final class CounterBlock implements EventHandler {
    private final AtomicBuffer buffer;
    private final int taskCapacity;
    /** Of each device and task, when its running segment started; 0 while none runs. */
    private final long[] startNs;
    /** Of each device, how many segments run: more than one where they preempt each other. */
    private final int[] running;
    private final int[] generations;
    /** Of each task, who looks at its record; null while nobody does. */
    private final TaskCounts[] views;
    /** Of each record, the copy of what the task before had in it, where somebody looks at it, and which task that was. */
    private final AtomicBuffer[] kept;
    private final int[] keptGenerations;
    private final ResidentMemory memory;
    private long zeroNs;
    private volatile boolean closed;

    /**
     * Lays the counters over memory and publishes them.
     *
     * @param buffer      zeroed, long enough for the layout
     * @param platform    the devices
     * @param layout      how much fits
     * @param startMillis when the run began, milliseconds since 1970
     */
    public CounterBlock(final AtomicBuffer buffer, final Platform platform, final CountersFile.Layout layout, final long startMillis) {
        this.buffer = buffer;
        this.taskCapacity = layout.taskCapacity();
        final int devices = platform.devices().size();
        this.startNs = new long[Math.multiplyExact(devices, taskCapacity)];
        this.running = new int[devices];
        this.generations = new int[taskCapacity];
        this.views = new TaskCounts[taskCapacity];
        this.kept = new AtomicBuffer[taskCapacity];
        this.keptGenerations = new int[taskCapacity];
        this.memory = new ResidentMemory(platform, taskCapacity);
        buffer.putInt(CountersDescriptor.VERSION_OFFSET, CountersDescriptor.VERSION);
        buffer.putInt(CountersDescriptor.TASK_CAPACITY_OFFSET, taskCapacity);
        buffer.putInt(CountersDescriptor.DEVICE_COUNT_OFFSET, devices);
        buffer.putInt(CountersDescriptor.SEGMENT_CAPACITY_OFFSET, layout.segmentCapacity());
        buffer.putLong(CountersDescriptor.PID_OFFSET, ProcessHandle.current().pid());
        buffer.putLong(CountersDescriptor.STARTED_OFFSET, startMillis);
        buffer.putLong(CountersDescriptor.HOT_LENGTH_OFFSET, layout.hotBytes());
        for (int i = 0; i < devices; i++) {
            final int record = device(i);
            name(record, platform.devices().get(i).name());
            buffer.putLong(record + CountersDescriptor.CAPACITY_OFFSET,
                platform.devices().get(i).memory().map(DeviceMemory::capacityBytes).orElse(0L));
            buffer.putLongRelease(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_LIVE);
        }
        // Publishes the head and the devices: a reader looks for this word first.
        buffer.putLongRelease(CountersDescriptor.MAGIC_OFFSET, CountersDescriptor.MAGIC);
    }

    /**
     * Bytes that counters take.
     *
     * @param devices number of devices
     * @param layout  how much fits
     * @return bytes, the hot state included
     * @throws ArithmeticException when an int does not hold them
     */
    public static int requiredBytes(final int devices, final CountersFile.Layout layout) {
        return Math.toIntExact(CountersDescriptor.HEAD_LENGTH + (long) layout.taskCapacity() * CountersDescriptor.TASK_LENGTH
            + (long) devices * CountersDescriptor.DEVICE_LENGTH + layout.hotBytes());
    }

    private int device(final int index) {
        return CountersDescriptor.deviceOffset(taskCapacity, index);
    }

    /**
     * Sets time zero of the run; before, times are told in the clock of the events.
     *
     * @param ns in the clock of the events
     */
    public void zero(final long ns) {
        zeroNs = ns;
    }

    /**
     * Puts a task whose slot is not used again into a record; see the other one.
     *
     * @param index   index of the task
     * @param task    the task
     * @param boundNs what the analysis promised, if anything
     */
    public void define(final int index, final Task task, final OptionalLong boundNs) {
        define(index, 0, task, boundNs);
    }

    /**
     * Puts tasks into the first records.
     *
     * @param tasks  by index
     * @param bounds what the analysis promised each
     */
    public void defineAll(final List<Task> tasks, final List<OptionalLong> bounds) {
        for (int i = 0; i < tasks.size(); i++) {
            define(i, tasks.get(i), bounds.get(i));
        }
    }

    /**
     * Puts a task into a record and clears its counters. Call it before the task's first event; events of earlier tasks of the record
     * that come later are not counted.
     *
     * @param index      index of the task
     * @param generation which admission the task is
     * @param task       the task
     * @param boundNs    what the analysis promised, if anything
     */
    public void define(final int index, final int generation, final Task task, final OptionalLong boundNs) {
        final int record = CountersDescriptor.taskOffset(index);
        keptGenerations[index] = generations[index];
        kept[index] = views[index] == null ? null : views[index].keep();
        views[index] = null;
        generations[index] = generation;
        final int deviceBefore = memory.deviceOf(index);
        memory.define(index, task);
        RecordVersion.beginWrite(buffer, record + CountersDescriptor.CHANGES_OFFSET);
        buffer.putLong(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_FREE);
        buffer.setMemory(record + CountersDescriptor.NAME_LENGTH_OFFSET,
            CountersDescriptor.CHANGES_OFFSET - CountersDescriptor.NAME_LENGTH_OFFSET, (byte) 0);
        buffer.setMemory(record + CountersDescriptor.NAME_OFFSET,
            CountersDescriptor.TASK_LENGTH - CountersDescriptor.NAME_OFFSET, (byte) 0);
        name(record, task.name());
        buffer.putLong(record + CountersDescriptor.PERIOD_OFFSET, task.periodNs());
        buffer.putLong(record + CountersDescriptor.DEADLINE_OFFSET, task.deadlineNs());
        buffer.putLong(record + CountersDescriptor.BOUND_OFFSET, boundNs.orElse(-1));
        buffer.putLong(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_LIVE);
        RecordVersion.endWrite(buffer, record + CountersDescriptor.CHANGES_OFFSET);
        resident(index, memory.deviceOf(index));
        deviceResident(deviceBefore); // which has lost the task before, when nobody has told that it stopped
    }

    /**
     * Looks at a task's record, now and later. The thread that writes.
     *
     * @param index      index of the record
     * @param generation which admission the task is
     * @return its counts, which stay when another task gets the record; empty when another one has it already
     */
    public Optional<TaskCounts> view(final int index, final int generation) {
        if (!holds(index, generation)) {
            return Optional.empty();
        }
        if (views[index] == null) {
            views[index] = new TaskCounts(new UnsafeBuffer(buffer, CountersDescriptor.taskOffset(index), CountersDescriptor.TASK_LENGTH));
        }
        return Optional.of(views[index]);
    }

    private void resident(final int task, final int device) {
        final int record = CountersDescriptor.taskOffset(task);
        buffer.putLongRelease(record + CountersDescriptor.RESIDENT_OFFSET, memory.residentBytes(task));
        buffer.putLongRelease(record + CountersDescriptor.MOST_RESIDENT_OFFSET, memory.mostResidentBytes(task));
        deviceResident(device);
    }

    private void deviceResident(final int device) {
        if (device >= 0) {
            buffer.putLongRelease(device(device) + CountersDescriptor.DEVICE_RESIDENT_OFFSET, memory.deviceResidentBytes(device));
            buffer.putLongRelease(device(device) + CountersDescriptor.MOVES_OFFSET, memory.moves(device));
        }
    }

    /**
     * Tells which task is in a record. The thread that writes.
     *
     * @param index      index of the record
     * @param generation which admission a task is
     * @return true when that task was defined there last
     */
    public boolean holds(final int index, final int generation) {
        return index >= 0 && index < taskCapacity && generations[index] == generation;
    }

    /**
     * Changes what the analysis promised a task.
     *
     * @param index   index of the task
     * @param boundNs the bound, if there is one
     */
    public void bound(final int index, final OptionalLong boundNs) {
        buffer.putLongRelease(CountersDescriptor.taskOffset(index) + CountersDescriptor.BOUND_OFFSET, boundNs.orElse(-1));
    }

    private void name(final int record, final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        final int length = Math.min(bytes.length, CountersDescriptor.MAX_NAME_LENGTH);
        buffer.putLong(record + CountersDescriptor.NAME_LENGTH_OFFSET, length);
        buffer.putBytes(record + CountersDescriptor.NAME_OFFSET, bytes, 0, length);
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (task >= 0 && task < taskCapacity) {
            onTaskEvent(type, timeNs, device, task, generations[task], segment, job, argument);
        }
    }

    @Override
    public void onTaskEvent(
        final int type, final long timeNs, final int device, final int task, final int generation, final int segment, final long job,
        final long argument) {
        if (task < 0 || task >= taskCapacity || closed) {
            return;
        }
        switch (type) { // of devices: also when the task is gone and another one has its record
            case EventType.RELEASE -> present(device, 1);
            case EventType.COMPLETE, EventType.ABORT -> present(device, -1);
            case EventType.ARRIVE -> moved(segment, device, 1);
            case EventType.HAND_OVER -> moved(segment, device, -1);
            case EventType.START -> start(device, task, timeNs);
            case EventType.END -> busy(device, task, timeNs, argument);
            default -> { }
        }
        if (generations[task] == generation) {
            count(buffer, CountersDescriptor.taskOffset(task), type, timeNs, argument);
            memory(type, device, task, argument);
        } else if (kept[task] != null && keptGenerations[task] == generation) {
            count(kept[task], 0, type, timeNs, argument); // an event that comes after the task has given its record away
        }
        updated(timeNs);
    }

    /**
     * Says until when these counters hold, when nothing happens: without it a device that hangs would seem to stand still in time. By the
     * writer's thread, with events as late as this handled before.
     *
     * @param timeNs in the clock of the events
     */
    public void round(final long timeNs) {
        if (!closed && timeNs > zeroNs && zeroNs != 0) {
            updated(timeNs);
        }
    }

    /** The rings of several devices are read one after the other, so events come out of order. */
    private void updated(final long timeNs) {
        final long sinceZeroNs = timeNs - zeroNs;
        if (sinceZeroNs > buffer.getLong(CountersDescriptor.UPDATED_OFFSET)) {
            buffer.putLongRelease(CountersDescriptor.UPDATED_OFFSET, sinceZeroNs);
        }
    }

    private int runningSince(final int device) {
        return device(device) + CountersDescriptor.RUNNING_SINCE_OFFSET;
    }

    /** A job leaves a device or comes to one, also to one that refuses it; an ended job left when it ended, only its slot goes home. */
    private void moved(final int segment, final int device, final long change) {
        if (segment != EventType.NO_SEGMENT) {
            present(device, change);
        }
    }

    /** Counts what concerns a task alone, in its record. */
    private static void count(final AtomicBuffer to, final int record, final int type, final long timeNs, final long argument) {
        switch (type) {
            case EventType.RELEASE -> add(to, record + CountersDescriptor.RELEASED_OFFSET, 1);
            case EventType.COMPLETE -> completed(to, record, timeNs - argument);
            case EventType.ABORT -> add(to, record + CountersDescriptor.ABORTED_OFFSET, 1);
            case EventType.MISS -> add(to, record + CountersDescriptor.MISSES_OFFSET, 1);
            case EventType.OVERRUN -> add(to, record + CountersDescriptor.OVERRUNS_OFFSET, 1);
            case EventType.SKIP -> add(to, record + CountersDescriptor.SKIPPED_OFFSET, 1);
            case EventType.STOP -> to.putLongRelease(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_STOPPED);
            default -> { }
        }
    }

    /** Follows what of a task is in memory. */
    private void memory(final int type, final int device, final int task, final long argument) {
        switch (type) {
            case EventType.STOP -> {
                final int at = memory.deviceOf(task);
                memory.clear(task);
                resident(task, at);
            }
            case EventType.SWAP_IN, EventType.SWAP_OUT, EventType.SWAP_END -> {
                if (memory.onEvent(type, device, task, argument)) {
                    resident(task, device);
                }
            }
            default -> { }
        }
    }

    /** The count of jobs comes last: a reader that finds one finds its response, too. */
    private static void completed(final AtomicBuffer to, final int record, final long responseNs) {
        if (responseNs < to.getLong(record + CountersDescriptor.MIN_OFFSET) || to.getLong(record + CountersDescriptor.JOBS_OFFSET) == 0) {
            to.putLongRelease(record + CountersDescriptor.MIN_OFFSET, responseNs);
        }
        if (responseNs > to.getLong(record + CountersDescriptor.MAX_OFFSET)) {
            to.putLongRelease(record + CountersDescriptor.MAX_OFFSET, responseNs);
        }
        to.putLongRelease(record + CountersDescriptor.LAST_OFFSET, responseNs);
        add(to, record + CountersDescriptor.SUM_OFFSET, responseNs);
        add(to, record + CountersDescriptor.BUCKETS_OFFSET + ResponseBuckets.indexOf(responseNs) * Long.BYTES, 1);
        add(to, record + CountersDescriptor.JOBS_OFFSET, 1);
    }

    /**
     * A segment starts. Kept by device and task: of a job that goes from one device to another, the rings may tell the start on the second
     * before the end on the first.
     */
    private void start(final int device, final int task, final long timeNs) {
        final int at = device * taskCapacity + task;
        if (startNs[at] == 0) {
            running[device]++;
        }
        startNs[at] = timeNs;
        if (running[device] == 1) {
            buffer.putLongRelease(runningSince(device), Math.max(0, timeNs - zeroNs) + 1);
        }
    }

    /** Adds a segment's own time. What it took from one that runs on is behind the begin of that one's, which moves by as much. */
    private void busy(final int device, final int task, final long endNs, final long takenNs) {
        final int at = device * taskCapacity + task;
        if (startNs[at] != 0) {
            final long ownNs = Math.max(0, endNs - startNs[at] - takenNs);
            running[device]--;
            buffer.putLongRelease(runningSince(device), running[device] == 0 ? 0 : buffer.getLong(runningSince(device)) + ownNs);
            add(device(device) + CountersDescriptor.BUSY_OFFSET, ownNs);
            startNs[at] = 0;
        }
    }

    private void present(final int device, final long change) {
        add(device(device) + CountersDescriptor.PRESENT_OFFSET, change);
    }

    private void add(final int offset, final long change) {
        add(buffer, offset, change);
    }

    /** Single writer: plain read, release store. */
    private static void add(final AtomicBuffer to, final int offset, final long change) {
        to.putLongRelease(offset, to.getLong(offset) + change);
    }

    /**
     * Tells readers how many events these counters lack.
     *
     * @param events dropped so far
     */
    public void dropped(final long events) {
        if (!closed) {
            buffer.putLongRelease(CountersDescriptor.DROPPED_OFFSET, events);
        }
    }

    /**
     * Reads these counters in this process. Any thread.
     *
     * @return what needs no closing
     */
    public CountersReader reader() {
        return new CountersReader(buffer);
    }

    /** Says to readers that the run has ended; nothing is counted any more. */
    public void end() {
        closed = true; // the monitor has ended, or is stuck and is told nothing more
        for (int i = 0; i < taskCapacity; i++) {
            if (views[i] != null) {
                views[i].keep(); // in a run that has ended no task runs
                views[i] = null;
            }
        }
        buffer.putLongRelease(CountersDescriptor.ENDED_OFFSET, 1);
    }
}
