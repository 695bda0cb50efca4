// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Limits;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;

/**
 * The hot state in one piece of memory: the tables of tasks, jobs and segments, and for each device a ready queue, a release queue and a
 * doorbell. The control thread makes and fills it; afterwards each record is written by its owner only. A method whose name ends in
 * {@code Offset} returns a byte offset into the memory; a slot, a device and a segment are indices.
 *
 * <p>Slots are given out and taken back by the control thread alone.
 */
public final class PolicyState {
    /** No task, no device. */
    public static final int NONE = -1;

    final AtomicBuffer buffer;
    final int taskCapacity;
    final int segmentCapacity;
    final int deviceCount;
    private final int tasksOffset;
    private final int jobsOffset;
    private final int segmentsOffset;
    private final int reclaimsOffset;
    private final int devicesOffset;
    private final int deviceLength;
    private final int heapLength;
    private final TaskRecords records;
    private long overrunToleranceNs;
    private long releaseJitterNs;
    /** Null while no task has levels. Made by the control thread; a dispatcher sees it by the command that admits a task with levels. */
    private UnsafeBuffer levels;

    /**
     * Refuses a set that the tables cannot hold, which can be analysed all the same.
     *
     * @param tasks number of its tasks
     * @throws InvalidTaskSetException for more than {@link Limits#MAX_RUNNING_TASKS}
     */
    public static void requireCapacity(final int tasks) {
        if (tasks > Limits.MAX_RUNNING_TASKS) {
            throw new InvalidTaskSetException("tasks[" + Limits.MAX_RUNNING_TASKS + "]", tasks
                + " tasks are more than a run or a simulation holds; the most is " + Limits.MAX_RUNNING_TASKS
                + ", and a larger set can be analysed");
        }
    }

    /**
     * Lays the tables over memory.
     *
     * @param memory          zeroed, cache-line aligned, at least {@link #requiredBytes} long
     * @param policy          how ready jobs are ordered
     * @param taskCapacity    tasks that fit, at most {@link DoorbellDescriptor#MAX_TASKS}
     * @param segmentCapacity segments that fit
     * @param deviceCount     number of devices
     */
    public PolicyState(
        final AtomicBuffer memory, final PolicyKind policy, final int taskCapacity, final int segmentCapacity, final int deviceCount) {
        if (taskCapacity > DoorbellDescriptor.MAX_TASKS) {
            throw new IllegalArgumentException(
                "capacity of " + taskCapacity + " tasks; the most is " + DoorbellDescriptor.MAX_TASKS);
        }
        this.buffer = memory;
        this.taskCapacity = taskCapacity;
        this.segmentCapacity = segmentCapacity;
        this.deviceCount = deviceCount;
        this.heapLength = KeyHeapDescriptor.length(taskCapacity);
        this.deviceLength = deviceLength(taskCapacity);
        this.tasksOffset = 0;
        this.jobsOffset = tasksOffset + taskCapacity * TaskDescriptor.RECORD_LENGTH;
        this.reclaimsOffset = jobsOffset + taskCapacity * JobDescriptor.RECORD_LENGTH;
        this.segmentsOffset = reclaimsOffset + taskCapacity * ReclaimDescriptor.RECORD_LENGTH;
        this.devicesOffset = BitUtil.align(segmentsOffset + segmentCapacity * SegmentDescriptor.RECORD_LENGTH, BitUtil.CACHE_LINE_LENGTH);
        memory.boundsCheck(0, requiredBytes(taskCapacity, segmentCapacity, deviceCount));
        this.records = new TaskRecords(this, policy);
    }

    /**
     * Makes a state in memory of its own outside the Java heap, released when it becomes unreachable.
     *
     * @param policy          how ready jobs are ordered
     * @param taskCapacity    tasks that fit
     * @param segmentCapacity segments that fit
     * @param deviceCount     number of devices
     * @return the state
     */
    public static PolicyState allocate(
        final PolicyKind policy, final int taskCapacity, final int segmentCapacity, final int deviceCount) {
        return new PolicyState(AlignedMemory.allocate(requiredBytes(taskCapacity, segmentCapacity, deviceCount)), policy, taskCapacity,
            segmentCapacity, deviceCount);
    }

    /**
     * Bytes that a state takes.
     *
     * @param taskCapacity    tasks that fit
     * @param segmentCapacity segments that fit
     * @param deviceCount     number of devices
     * @return bytes
     */
    public static int requiredBytes(final int taskCapacity, final int segmentCapacity, final int deviceCount) {
        final int tables = Math.addExact(
            Math.multiplyExact(taskCapacity,
                TaskDescriptor.RECORD_LENGTH + JobDescriptor.RECORD_LENGTH + ReclaimDescriptor.RECORD_LENGTH),
            Math.multiplyExact(segmentCapacity, SegmentDescriptor.RECORD_LENGTH));
        return Math.addExact(BitUtil.align(tables, BitUtil.CACHE_LINE_LENGTH),
            Math.multiplyExact(deviceCount, deviceLength(taskCapacity)));
    }

    private static int deviceLength(final int taskCapacity) {
        return 2 * KeyHeapDescriptor.length(taskCapacity) + DoorbellDescriptor.LENGTH;
    }

    int readyQueueOffset(final int deviceIndex) {
        return devicesOffset + deviceIndex * deviceLength;
    }

    int releaseQueueOffset(final int deviceIndex) {
        return devicesOffset + deviceIndex * deviceLength + heapLength;
    }

    int doorbellOffset(final int deviceIndex) {
        return devicesOffset + deviceIndex * deviceLength + 2 * heapLength;
    }

    int taskOffset(final int slot) {
        return TaskDescriptor.recordOffset(tasksOffset, slot);
    }

    int jobOffset(final int slot) {
        return JobDescriptor.recordOffset(jobsOffset, slot);
    }

    int reclaimOffset(final int slot) {
        return ReclaimDescriptor.recordOffset(reclaimsOffset, slot);
    }

    int segmentOffset(final int segment) {
        return SegmentDescriptor.recordOffset(segmentsOffset, segment);
    }

    /**
     * Writes a task into a free slot, under a generation of its own. Called by the control thread only, before the task is admitted to
     * its home's scheduler. A caller of the slot's last task may read meanwhile: it finds no generation, and gives up.
     *
     * @param slot         a slot that was never used, or whose task {@link #isStopped}
     * @param task         the task
     * @param firstSegment where its segments lie in the segment table
     * @param seed         seed of its release jitter
     * @return the task's generation
     */
    public int define(final int slot, final Task task, final int firstSegment, final long seed) {
        return records.write(slot, task, firstSegment, seed);
    }

    /** The levels of segments; null while no task has several. */
    UnsafeBuffer levels() {
        return levels;
    }

    /** Makes room for the levels of all segments. Called by the control thread, before it admits the first task that has several. */
    UnsafeBuffer makeLevels() {
        levels = AlignedMemory.allocate(Math.multiplyExact(segmentCapacity, LevelDescriptor.RECORD_LENGTH));
        return levels;
    }

    /**
     * Says when a defined periodic task is released first, so that the memory of every device and the watch for overdue releases know it
     * before the task's home has admitted the task. Called by the control thread, after {@link #define} and before the command that admits
     * the task.
     *
     * @param slot           its slot
     * @param firstNominalNs first nominal release
     */
    public void firstRelease(final int slot, final long firstNominalNs) {
        buffer.putLongRelease(taskOffset(slot) + TaskDescriptor.NEXT_NOMINAL_OFFSET, firstNominalNs);
    }

    /**
     * Tells whether a task has stopped and its last job is done, so that its slot may be defined anew. Any thread.
     *
     * @param slot the task's slot
     * @return true when its home dispatcher will not write to the slot again
     */
    public boolean isStopped(final int slot) {
        return buffer.getIntAcquire(taskOffset(slot) + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_STOPPED;
    }

    /**
     * Tells whether a slot was never used. Control thread.
     *
     * @param slot the slot
     * @return true until a task is defined in it
     */
    public boolean isFree(final int slot) {
        return buffer.getIntAcquire(taskOffset(slot) + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_FREE;
    }

    /**
     * Sets how long after its end a segment may be seen to have ended, before the difference counts as execution: what the analysis
     * charges for a completion. What it charges for a dispatch passes before the segment starts, so none of it is left to forgive.
     * Called by the control thread before the first dispatcher starts.
     *
     * @param ns nanoseconds, 0 without it
     */
    public void overrunToleranceNs(final long ns) {
        overrunToleranceNs = ns;
    }

    long overrunToleranceNs() {
        return overrunToleranceNs;
    }

    /**
     * Sets how long after its nominal release any job may be seen, besides its task's own jitter: what the analysis charges as the
     * machine's release jitter. A caller that takes longer to ring for its arrival has its nominal release moved. Called by the control
     * thread before the first dispatcher starts.
     *
     * @param ns nanoseconds, 0 without it
     */
    public void releaseJitterNs(final long ns) {
        releaseJitterNs = ns;
    }

    long releaseJitterNs() {
        return releaseJitterNs;
    }

    /**
     * Tells the generation of a slot's task. For any thread that learned of the task through a queue, and for the owner of its live job.
     *
     * @param slot the slot
     * @return from 1; 0 for a slot that was never used
     */
    public int generation(final int slot) {
        return buffer.getInt(taskOffset(slot) + TaskDescriptor.GENERATION_OFFSET);
    }

    /**
     * Tells whether a task has a live job, as far as its home dispatcher has seen. Any thread.
     *
     * @param slot the task's slot
     * @return true while a job is live
     */
    public boolean isLive(final int slot) {
        return buffer.getIntAcquire(taskOffset(slot) + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_LIVE;
    }

    /**
     * The place of a task among those that are equal otherwise: the analysis takes them in this order, and so do the ready queues.
     * Control thread, after the task was defined.
     *
     * @param slot the task's slot
     * @return less for a task that was defined earlier
     */
    public int order(final int slot) {
        return buffer.getInt(taskOffset(slot) + TaskDescriptor.ORDER_OFFSET);
    }

    /**
     * Jobs that a task has begun, as far as its home dispatcher has published them. Any thread.
     *
     * @param slot the task's slot
     * @return a count that only grows until the slot is defined anew; a job that it counts was published as live before
     */
    public long jobCount(final int slot) {
        return buffer.getLongAcquire(taskOffset(slot) + TaskDescriptor.JOB_COUNT_OFFSET);
    }

    /**
     * Tells whether a task's job has ended and its slot is on its way home. Called by the dispatcher that owns the job.
     *
     * @param slot the task's slot
     * @return false while the job has segments to run
     */
    public boolean isEnded(final int slot) {
        return buffer.getInt(jobOffset(slot) + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_DONE;
    }

    /**
     * Asks that a task stop: its job ends at the end of its running segment, and no other job is released. Any thread, any number of
     * times. When the task of that generation is gone the call does nothing, so a later task of the slot goes on. The caller must then
     * tell the home's scheduler through its dispatcher, by {@link DeviceScheduler#stop}.
     *
     * @param slot       the task's slot
     * @param generation its generation
     */
    public void requestStop(final int slot, final int generation) {
        buffer.compareAndSetInt(taskOffset(slot) + TaskDescriptor.STOP_OFFSET, TaskDescriptor.stopWord(generation, false),
            TaskDescriptor.stopWord(generation, true));
    }

    /**
     * Asks that the task in a slot stop. For a caller that knows that the slot's task cannot change meanwhile, such as the owner of
     * its live job.
     *
     * @param slot the task's slot
     */
    public void requestStop(final int slot) {
        requestStop(slot, generation(slot));
    }

    /**
     * Tells whether a stop was asked for. Any thread.
     *
     * @param slot the task's slot
     * @return true once {@link #requestStop} was called
     */
    public boolean isStopRequested(final int slot) {
        return stops(taskOffset(slot));
    }

    /** The same by the offset of the task's record. */
    boolean stops(final int taskOffset) {
        return (buffer.getIntAcquire(taskOffset + TaskDescriptor.STOP_OFFSET) & 1) != 0;
    }

    /**
     * Tells whether a job of a task is due that its home dispatcher has not taken notice of, since it is in a segment or held up. A task
     * that stops has none. Control thread and monitor, which know that the slot's task does not change meanwhile.
     *
     * @param slot  its slot
     * @param nowNs now
     * @return true for a periodic release before now, and for a sporadic arrival that was accepted
     */
    public boolean isDue(final int slot, final long nowNs) {
        final int at = taskOffset(slot);
        if (stops(at)) {
            return false;
        }
        if ((buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            return isArriving(slot);
        }
        final long nominalNs = buffer.getLongAcquire(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        return nominalNs + ReleaseJitter.drawNs(
            buffer.getLong(at + TaskDescriptor.SEED_OFFSET), nominalNs, buffer.getLong(at + TaskDescriptor.JITTER_OFFSET)) < nowNs;
    }

    /**
     * Tells whether a sporadic arrival was accepted that the home dispatcher has not taken yet. Any thread.
     *
     * @param slot the task's slot
     * @return true until it has become a job or waits in the backlog
     */
    public boolean isArriving(final int slot) {
        final int taskOffset = taskOffset(slot);
        final long arrivalNs = buffer.getLongAcquire(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        return arrivalNs != TaskDescriptor.GATE_CLOSED
            && arrivalNs != buffer.getLongAcquire(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
    }

    /**
     * Releases that wait in a task's backlog, an accepted arrival that was not taken yet included. Exact after its home dispatcher
     * has ended.
     *
     * @param slot the task's slot
     * @return a count
     */
    public long backlog(final int slot) {
        final int taskOffset = taskOffset(slot);
        return buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_TAIL_OFFSET)
            - buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET)
            + (isArriving(slot) ? 1 : 0);
    }

    /**
     * Releases that {@link #backlog} counts and whose deadlines have passed. Exact after its home dispatcher has ended.
     *
     * @param slot  the task's slot
     * @param nowNs now
     * @return a count
     */
    public long backlogMisses(final int slot, final long nowNs) {
        final int taskOffset = taskOffset(slot);
        final long deadlineNs = buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET);
        long misses = isArriving(slot) && buffer.getLong(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET) + deadlineNs < nowNs ? 1 : 0;
        for (long i = buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET);
            i < buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_TAIL_OFFSET); i++) {
            if (buffer.getLong(TaskDescriptor.backlogOffset(taskOffset, i)) + deadlineNs < nowNs) {
                misses++;
            }
        }
        return misses;
    }

    /**
     * The home device of a task. Any thread that learned of the task through a queue.
     *
     * @param slot the task's slot
     * @return index of the device of its first segment
     */
    public int homeDevice(final int slot) {
        return buffer.getInt(taskOffset(slot) + TaskDescriptor.HOME_DEVICE_OFFSET);
    }

    /**
     * The job number of a task's live job. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return from 0
     */
    public long jobNumber(final int slot) {
        return buffer.getLong(jobOffset(slot) + JobDescriptor.NUMBER_OFFSET);
    }

    /**
     * The nominal release of a task's live job. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return nanoseconds
     */
    public long nominalReleaseNs(final int slot) {
        return buffer.getLong(jobOffset(slot) + JobDescriptor.NOMINAL_OFFSET);
    }

    /**
     * The absolute deadline of a task's live job. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return nanoseconds
     */
    public long absoluteDeadlineNs(final int slot) {
        return buffer.getLong(jobOffset(slot) + JobDescriptor.DEADLINE_OFFSET);
    }

    /**
     * The current segment of a task's live job. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return index in the task, from 0
     */
    public int segmentIndex(final int slot) {
        return buffer.getInt(jobOffset(slot) + JobDescriptor.SEGMENT_OFFSET);
    }

    /**
     * The current segment of a task's live job in the segment table. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return index over all tasks
     */
    public int segmentRecord(final int slot) {
        return buffer.getInt(taskOffset(slot) + TaskDescriptor.FIRST_SEGMENT_OFFSET) + segmentIndex(slot);
    }

    /**
     * The WCET of the current segment on the device that {@link #segmentDevice} names, at the level that was chosen. Called by the job's
     * owner only.
     *
     * @param slot the task's slot
     * @return nanoseconds
     */
    public long wcetNs(final int slot) {
        final int level = level(slot);
        if (level != 0) {
            return levelWcetNs(slot, level);
        }
        return buffer.getLong(segmentOffset(segmentRecord(slot))
            + (mode(slot) == ReclaimDescriptor.MODE_OWN ? SegmentDescriptor.WCET_OFFSET : SegmentDescriptor.OFFER_WCET_OFFSET));
    }

    /**
     * The level that was chosen for the current segment. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return from 0; 0 until it is chosen
     */
    public int level(final int slot) {
        return buffer.getInt(taskOffset(slot) + TaskDescriptor.LEVEL_OFFSET);
    }

    /** Notes the level of the current segment. Home dispatcher: tasks with levels have all segments on one device. */
    void level(final int slot, final int level) {
        buffer.putInt(taskOffset(slot) + TaskDescriptor.LEVEL_OFFSET, level);
    }

    /**
     * How many levels the current segment has. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return a count; 0 or 1 for a segment of one size
     */
    public int levelCount(final int slot) {
        return levels == null ? 0 : levels.getInt(LevelDescriptor.recordOffset(segmentRecord(slot)) + LevelDescriptor.COUNT_OFFSET);
    }

    /** The WCET of a level of the current segment, nanoseconds. */
    long levelWcetNs(final int slot, final int level) {
        return levels.getLong(LevelDescriptor.recordOffset(segmentRecord(slot)) + LevelDescriptor.WCET_OFFSET
            + level * LevelDescriptor.LEVEL_LENGTH);
    }

    /** The gain of a level of the current segment, as the program said last. */
    double levelGain(final int slot, final int level) {
        return Double.longBitsToDouble(levels.getLongOpaque(LevelDescriptor.recordOffset(segmentRecord(slot))
            + LevelDescriptor.GAIN_OFFSET + level * LevelDescriptor.LEVEL_LENGTH));
    }

    /**
     * Says what a level of a segment is worth from now on, unless the slot has another task by now: see
     * {@link #gain(int, int, int, double)}. A call that overlaps with the removal of its task may reach the next one in its place, whose
     * choices are then worse until it says itself what its levels are worth; no guarantee depends on gains.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @param segment    index in the task, a segment with levels
     * @param level      from 0
     * @param gain       how much
     */
    public void gain(final int slot, final int generation, final int segment, final int level, final double gain) {
        if (levels != null && buffer.getIntAcquire(taskOffset(slot) + TaskDescriptor.GENERATION_OFFSET) == generation) {
            gain(slot, segment, level, gain);
        }
    }

    /**
     * Says what a level of a segment is worth from now on; a choice that is being made may take the old value. One thread of the program
     * at a time for each segment, while the task is admitted. Allocates nothing.
     *
     * @param slot    the task's slot
     * @param segment index in the task, a segment with levels
     * @param level   from 0
     * @param gain    how much; what is no number or not above that of level 0 is never taken
     */
    public void gain(final int slot, final int segment, final int level, final double gain) {
        final int record = buffer.getInt(taskOffset(slot) + TaskDescriptor.FIRST_SEGMENT_OFFSET) + segment;
        levels.putLongOpaque(LevelDescriptor.recordOffset(record) + LevelDescriptor.GAIN_OFFSET + level * LevelDescriptor.LEVEL_LENGTH,
            Double.doubleToRawLongBits(gain));
    }

    /** The WCET of the current segment at its first level, nanoseconds. */
    long firstLevelNs(final int slot) {
        return buffer.getLong(segmentOffset(segmentRecord(slot)) + SegmentDescriptor.WCET_OFFSET);
    }

    /** WCETs at first levels of a task's segments from one on and before another, nanoseconds. */
    long firstLevelsNs(final int slot, final int from, final int to) {
        final int taskOffset = taskOffset(slot);
        final int first = buffer.getInt(taskOffset + TaskDescriptor.FIRST_SEGMENT_OFFSET);
        final int count = buffer.getInt(taskOffset + TaskDescriptor.SEGMENT_COUNT_OFFSET);
        return restNs(first, from, count) - restNs(first, to, count);
    }

    private long restNs(final int first, final int from, final int count) {
        return from == count ? 0 : buffer.getLong(segmentOffset(first + from) + SegmentDescriptor.REST_OFFSET);
    }

    /**
     * The device of the current segment: its own, or the one that it is offered to or runs on instead. Called by the job's owner
     * only.
     *
     * @param slot the task's slot
     * @return index of the device
     */
    public int segmentDevice(final int slot) {
        return buffer.getInt(segmentOffset(segmentRecord(slot))
            + (mode(slot) == ReclaimDescriptor.MODE_OWN ? SegmentDescriptor.DEVICE_OFFSET : SegmentDescriptor.OFFER_DEVICE_OFFSET));
    }

    /**
     * The device of a segment of a task that offers nothing. Called by the job's owner only.
     *
     * @param slot    the task's slot
     * @param segment index in the task
     * @return index of the device
     */
    public int deviceOf(final int slot, final int segment) {
        return buffer.getInt(segmentOffset(buffer.getInt(taskOffset(slot) + TaskDescriptor.FIRST_SEGMENT_OFFSET) + segment)
            + SegmentDescriptor.DEVICE_OFFSET);
    }

    /**
     * Whether the current segment runs on the device that it was offered to. Called by the job's owner only.
     *
     * @param slot the task's slot
     * @return true for a substitution
     */
    public boolean isSubstituted(final int slot) {
        return mode(slot) == ReclaimDescriptor.MODE_SUBSTITUTED;
    }

    private int mode(final int slot) {
        return buffer.getInt(reclaimOffset(slot) + ReclaimDescriptor.MODE_OFFSET);
    }
}
