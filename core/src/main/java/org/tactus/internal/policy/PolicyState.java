package org.tactus.internal.policy;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
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

/**
 * The hot state in one piece of memory: task, job and segment tables, and per device a ready queue, a release queue and a
 * doorbell. Made and filled by the control thread; each record is then written only by its owner.
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
    final int tasks;
    final int jobs;
    final int segments;
    private final int reclaims;
    private final int devices;
    private final int deviceLength;
    private final int heapLength;
    private final PolicyKind policy;
    private int nextOrder;
    private int lastGeneration;
    private long overrunToleranceNs;
    private long releaseJitterNs;

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
        this.policy = policy;
        this.taskCapacity = taskCapacity;
        this.segmentCapacity = segmentCapacity;
        this.deviceCount = deviceCount;
        this.heapLength = KeyHeapDescriptor.length(taskCapacity);
        this.deviceLength = deviceLength(taskCapacity);
        this.tasks = 0;
        this.jobs = tasks + taskCapacity * TaskDescriptor.RECORD_LENGTH;
        this.reclaims = jobs + taskCapacity * JobDescriptor.RECORD_LENGTH;
        this.segments = reclaims + taskCapacity * ReclaimDescriptor.RECORD_LENGTH;
        this.devices = BitUtil.align(segments + segmentCapacity * SegmentDescriptor.RECORD_LENGTH, BitUtil.CACHE_LINE_LENGTH);
        memory.boundsCheck(0, requiredBytes(taskCapacity, segmentCapacity, deviceCount));
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
        final int bytes = requiredBytes(taskCapacity, segmentCapacity, deviceCount);
        final ByteBuffer memory = ByteBuffer.allocateDirect(bytes + BitUtil.CACHE_LINE_LENGTH);
        return new PolicyState(
            new UnsafeBuffer(memory.alignedSlice(BitUtil.CACHE_LINE_LENGTH)), policy, taskCapacity, segmentCapacity, deviceCount);
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

    int readyQueue(final int device) {
        return devices + device * deviceLength;
    }

    int releaseQueue(final int device) {
        return devices + device * deviceLength + heapLength;
    }

    int doorbell(final int device) {
        return devices + device * deviceLength + 2 * heapLength;
    }

    int task(final int task) {
        return TaskDescriptor.recordOffset(tasks, task);
    }

    int job(final int task) {
        return JobDescriptor.recordOffset(jobs, task);
    }

    int reclaim(final int task) {
        return ReclaimDescriptor.recordOffset(reclaims, task);
    }

    int segment(final int segment) {
        return SegmentDescriptor.recordOffset(segments, segment);
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
        final int at = task(slot);
        final int generation = Math.addExact(lastGeneration, 1);
        lastGeneration = generation;
        buffer.putIntVolatile(at + TaskDescriptor.STOP_OFFSET, 0);
        VarHandle.storeStoreFence(); // without it the plain stores below could come before the one above
        buffer.setMemory(at, TaskDescriptor.RECORD_LENGTH, (byte) 0);
        buffer.setMemory(job(slot), JobDescriptor.RECORD_LENGTH, (byte) 0);
        buffer.putLong(at + TaskDescriptor.PERIOD_OFFSET, task.periodNs());
        buffer.putLong(at + TaskDescriptor.DEADLINE_OFFSET, task.deadlineNs());
        buffer.putLong(at + TaskDescriptor.JITTER_OFFSET, task.jitterNs());
        buffer.putLong(at + TaskDescriptor.SEED_OFFSET, seed);
        buffer.putInt(at + TaskDescriptor.PRIORITY_OFFSET, task.priority());
        buffer.putInt(at + TaskDescriptor.ORDER_OFFSET, nextOrder++);
        buffer.putInt(at + TaskDescriptor.FIRST_SEGMENT_OFFSET, firstSegment);
        buffer.putInt(at + TaskDescriptor.SEGMENT_COUNT_OFFSET, task.segments().size());
        buffer.putInt(at + TaskDescriptor.HOME_DEVICE_OFFSET, task.segments().getFirst().device());
        buffer.putInt(at + TaskDescriptor.LAST_DEVICE_OFFSET, task.segments().getLast().device());
        buffer.putInt(at + TaskDescriptor.FLAGS_OFFSET, flags(task));
        buffer.putInt(at + TaskDescriptor.GENERATION_OFFSET, generation);
        buffer.putLong(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET, TaskDescriptor.noArrival(generation));
        buffer.putLong(at + TaskDescriptor.SEEN_ARRIVAL_OFFSET, TaskDescriptor.noArrival(generation));
        buffer.putLong(at + TaskDescriptor.LAST_ARRIVAL_OFFSET, TaskDescriptor.noArrival(generation));
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            final int offset = segment(firstSegment + i);
            buffer.putLong(offset + SegmentDescriptor.WCET_OFFSET, segment.wcetNs());
            buffer.putInt(offset + SegmentDescriptor.DEVICE_OFFSET, segment.device());
            buffer.putInt(offset + SegmentDescriptor.OFFER_DEVICE_OFFSET, segment.offer().map(Offer::device).orElse(NONE));
            buffer.putLong(offset + SegmentDescriptor.OFFER_WCET_OFFSET, segment.offer().map(Offer::wcetNs).orElse(0L));
        }
        defineReclaim(slot, task);
        // The admitting command's queue publishes the record; the release only keeps an outside observer from half a record.
        buffer.putIntRelease(at + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_IDLE);
        // Release: a caller that finds its generation here has read this record, and no other of the slot.
        buffer.putIntRelease(at + TaskDescriptor.STOP_OFFSET, TaskDescriptor.stopWord(generation, false));
        return generation;
    }

    /**
     * Says when a defined periodic task is released first, so that everybody knows before its home has taken it. Called by the control
     * thread, after {@link #define} and before the command that admits the task.
     *
     * @param slot           its slot
     * @param firstNominalNs first nominal release
     */
    public void firstRelease(final int slot, final long firstNominalNs) {
        buffer.putLongRelease(task(slot) + TaskDescriptor.NEXT_NOMINAL_OFFSET, firstNominalNs);
    }

    private void defineReclaim(final int slot, final Task task) {
        final int at = reclaim(slot);
        buffer.setMemory(at, ReclaimDescriptor.RECORD_LENGTH, (byte) 0);
        if (task.reclaim().isPresent()) {
            final Reclaim budget = task.reclaim().get();
            buffer.putLong(at + ReclaimDescriptor.TIME_OFFSET, budget.timeNs());
            buffer.putLong(at + ReclaimDescriptor.LARGEST_OFFSET, budget.largestNs());
            buffer.putInt(at + ReclaimDescriptor.MOST_OFFSET, budget.substitutions());
            buffer.putInt(at + ReclaimDescriptor.DEVICE_OFFSET,
                task.segments().stream().flatMap(segment -> segment.offer().stream()).findFirst().map(Offer::device).orElse(NONE));
        }
    }

    private int flags(final Task task) {
        return (policy == PolicyKind.EDF ? TaskDescriptor.FLAG_EDF : 0)
            | (task.reclaim().isPresent() ? TaskDescriptor.FLAG_RECLAIMS : 0)
            | (task.release() == Release.SPORADIC ? TaskDescriptor.FLAG_SPORADIC : 0)
            | (task.onBacklog() == BacklogAction.DROP ? TaskDescriptor.FLAG_DROP_BACKLOG : 0)
            | (task.onOverrun() == OverrunAction.SKIP_NEXT ? TaskDescriptor.FLAG_OVERRUN_SKIPS : 0)
            | (task.onOverrun() == OverrunAction.STOP ? TaskDescriptor.FLAG_OVERRUN_STOPS : 0);
    }

    /**
     * Tells whether a task has stopped and its last job is done, so that its slot may be defined anew. Any thread.
     *
     * @param task the task
     * @return true when its home dispatcher will not write to the slot again
     */
    public boolean isStopped(final int task) {
        return buffer.getIntAcquire(task(task) + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_STOPPED;
    }

    /**
     * Tells whether a slot was never used. Control thread.
     *
     * @param slot the slot
     * @return true until a task is defined in it
     */
    public boolean isFree(final int slot) {
        return buffer.getIntAcquire(task(slot) + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_FREE;
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
     * Which admission a slot's task is. Any thread that learned of the task through a queue, and the owner of its live job.
     *
     * @param task the slot
     * @return from 1; 0 for a slot that was never used
     */
    public int generation(final int task) {
        return buffer.getInt(task(task) + TaskDescriptor.GENERATION_OFFSET);
    }

    /**
     * Until when a task surely sends nothing to a device other than its home. Any thread.
     *
     * @param task the task
     * @return its next nominal release; {@code Long.MIN_VALUE} while a job is live or when it is sporadic;
     *     {@code Long.MAX_VALUE} once it has stopped
     */
    public long quietUntilNs(final int task) {
        final int at = task(task);
        // The time first, the state second: the home publishes a live job before the next time (HomeReleases.release).
        final long nextNs = buffer.getLongAcquire(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        final int current = buffer.getIntAcquire(at + TaskDescriptor.STATE_OFFSET);
        if (current == TaskDescriptor.STATE_STOPPED) {
            return Long.MAX_VALUE;
        }
        final boolean sporadic = (buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET) & TaskDescriptor.FLAG_SPORADIC) != 0;
        return sporadic || current == TaskDescriptor.STATE_LIVE ? Long.MIN_VALUE : nextNs;
    }

    /**
     * Tells whether a task has a live job, as far as its home dispatcher has seen. Any thread.
     *
     * @param task the task
     * @return true while a job is live
     */
    public boolean isLive(final int task) {
        return buffer.getIntAcquire(task(task) + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_LIVE;
    }

    /**
     * The place of a task among those that are equal otherwise: the analysis takes them in this order, and so do the ready queues.
     * Control thread, after the task was defined.
     *
     * @param task the task
     * @return less for a task that was defined earlier
     */
    public int order(final int task) {
        return buffer.getInt(task(task) + TaskDescriptor.ORDER_OFFSET);
    }

    /**
     * Jobs that a task has begun, as far as its home dispatcher has published them. Any thread.
     *
     * @param task the task
     * @return a count that only grows until the slot is defined anew; a job that it counts was published as live before
     */
    public long jobCount(final int task) {
        return buffer.getLongAcquire(task(task) + TaskDescriptor.JOB_COUNT_OFFSET);
    }

    /**
     * Tells whether a task's job has ended and its slot is on its way home. Called by the dispatcher that owns the job.
     *
     * @param task the task
     * @return false while the job has segments to run
     */
    public boolean isEnded(final int task) {
        return buffer.getInt(job(task) + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_DONE;
    }

    /**
     * Asks that a task stop: its job ends at the end of its running segment and no other is released. Any thread; may be repeated,
     * and come when the task is gone: another one in its slot is left alone. The home's scheduler must then be told through its
     * dispatcher, by {@link DeviceScheduler#stop}.
     *
     * @param task       its slot
     * @param generation its generation
     */
    public void requestStop(final int task, final int generation) {
        buffer.compareAndSetInt(task(task) + TaskDescriptor.STOP_OFFSET, TaskDescriptor.stopWord(generation, false),
            TaskDescriptor.stopWord(generation, true));
    }

    /**
     * Asks that the task in a slot stop. Called by who knows that the slot's task cannot change meanwhile, such as the owner of its
     * live job.
     *
     * @param task the task
     */
    public void requestStop(final int task) {
        requestStop(task, generation(task));
    }

    /**
     * Tells whether a stop was asked for. Any thread.
     *
     * @param task the task
     * @return true once {@link #requestStop} was called
     */
    public boolean isStopRequested(final int task) {
        return stops(task(task));
    }

    /** The same by the offset of the task's record. */
    boolean stops(final int at) {
        return (buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) & 1) != 0;
    }

    /**
     * Tells whether a job of a task is due that its home dispatcher has not taken notice of, since it is in a segment or held up. A task
     * that stops has none. Control thread and monitor, which know that the slot's task does not change meanwhile.
     *
     * @param task  the task
     * @param nowNs now
     * @return true for a periodic release before now, and for a sporadic arrival that was accepted
     */
    public boolean isDue(final int task, final long nowNs) {
        final int at = task(task);
        if (stops(at)) {
            return false;
        }
        if ((buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            return isArriving(task);
        }
        final long nominalNs = buffer.getLongAcquire(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        return nominalNs + ReleaseJitter.drawNs(
            buffer.getLong(at + TaskDescriptor.SEED_OFFSET), nominalNs, buffer.getLong(at + TaskDescriptor.JITTER_OFFSET)) < nowNs;
    }

    /**
     * Tells whether a sporadic arrival was accepted that the home dispatcher has not taken yet. Any thread.
     *
     * @param task the task
     * @return true until it has become a job or waits in the backlog
     */
    public boolean isArriving(final int task) {
        final int at = task(task);
        final long arrivalNs = buffer.getLongAcquire(at + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        return arrivalNs != TaskDescriptor.GATE_CLOSED && arrivalNs != buffer.getLongAcquire(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
    }

    /**
     * Releases that wait in a task's backlog, an accepted arrival that was not taken yet included. Exact after its home dispatcher
     * has ended.
     *
     * @param task the task
     * @return a count
     */
    public long backlog(final int task) {
        final int at = task(task);
        return buffer.getLong(at + TaskDescriptor.BACKLOG_TAIL_OFFSET) - buffer.getLong(at + TaskDescriptor.BACKLOG_HEAD_OFFSET)
            + (isArriving(task) ? 1 : 0);
    }

    /**
     * Releases that {@link #backlog} counts and whose deadlines have passed. Exact after its home dispatcher has ended.
     *
     * @param task  the task
     * @param nowNs now
     * @return a count
     */
    public long backlogMisses(final int task, final long nowNs) {
        final int at = task(task);
        final long deadlineNs = buffer.getLong(at + TaskDescriptor.DEADLINE_OFFSET);
        long misses = isArriving(task) && buffer.getLong(at + TaskDescriptor.LAST_ARRIVAL_OFFSET) + deadlineNs < nowNs ? 1 : 0;
        for (long i = buffer.getLong(at + TaskDescriptor.BACKLOG_HEAD_OFFSET);
            i < buffer.getLong(at + TaskDescriptor.BACKLOG_TAIL_OFFSET); i++) {
            if (buffer.getLong(TaskDescriptor.backlogOffset(at, i)) + deadlineNs < nowNs) {
                misses++;
            }
        }
        return misses;
    }

    /**
     * The home device of a task. Any thread that learned of the task through a queue.
     *
     * @param task the task
     * @return index of the device of its first segment
     */
    public int homeDevice(final int task) {
        return buffer.getInt(task(task) + TaskDescriptor.HOME_DEVICE_OFFSET);
    }

    /**
     * The job number of a task's live job. Called by the job's owner only.
     *
     * @param task the task
     * @return from 0
     */
    public long jobNumber(final int task) {
        return buffer.getLong(job(task) + JobDescriptor.NUMBER_OFFSET);
    }

    /**
     * The nominal release of a task's live job. Called by the job's owner only.
     *
     * @param task the task
     * @return nanoseconds
     */
    public long nominalReleaseNs(final int task) {
        return buffer.getLong(job(task) + JobDescriptor.NOMINAL_OFFSET);
    }

    /**
     * The absolute deadline of a task's live job. Called by the job's owner only.
     *
     * @param task the task
     * @return nanoseconds
     */
    public long absoluteDeadlineNs(final int task) {
        return buffer.getLong(job(task) + JobDescriptor.DEADLINE_OFFSET);
    }

    /**
     * The current segment of a task's live job. Called by the job's owner only.
     *
     * @param task the task
     * @return index in the task, from 0
     */
    public int segmentIndex(final int task) {
        return buffer.getInt(job(task) + JobDescriptor.SEGMENT_OFFSET);
    }

    /**
     * The current segment of a task's live job in the segment table. Called by the job's owner only.
     *
     * @param task the task
     * @return index over all tasks
     */
    public int segmentRecord(final int task) {
        return buffer.getInt(task(task) + TaskDescriptor.FIRST_SEGMENT_OFFSET) + segmentIndex(task);
    }

    /**
     * The WCET of the current segment on the device that {@link #segmentDevice} names. Called by the job's owner only.
     *
     * @param task the task
     * @return nanoseconds
     */
    public long wcetNs(final int task) {
        return buffer.getLong(segment(segmentRecord(task))
            + (mode(task) == ReclaimDescriptor.MODE_OWN ? SegmentDescriptor.WCET_OFFSET : SegmentDescriptor.OFFER_WCET_OFFSET));
    }

    /**
     * The device of the current segment: its own, or the one that it is offered to or runs on instead. Called by the job's owner
     * only.
     *
     * @param task the task
     * @return index of the device
     */
    public int segmentDevice(final int task) {
        return buffer.getInt(segment(segmentRecord(task))
            + (mode(task) == ReclaimDescriptor.MODE_OWN ? SegmentDescriptor.DEVICE_OFFSET : SegmentDescriptor.OFFER_DEVICE_OFFSET));
    }

    /**
     * Whether the current segment runs on the device that it was offered to. Called by the job's owner only.
     *
     * @param task the task
     * @return true for a substitution
     */
    public boolean isSubstituted(final int task) {
        return mode(task) == ReclaimDescriptor.MODE_SUBSTITUTED;
    }

    private int mode(final int task) {
        return buffer.getInt(reclaim(task) + ReclaimDescriptor.MODE_OFFSET);
    }
}
