package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Where callers request jobs of sporadic tasks. Any thread, lock-free, allocation-free.
 *
 * <p>Guarantees: (1) two accepted arrivals of a task are at least its period apart; (2) an accepted arrival becomes exactly one
 * job or is counted as skipped, never lost; (3) a caller that is delayed anywhere inside delays only its own task; (4) the
 * claimed time is the job's nominal release, however late the dispatcher sees it.
 *
 * <p>The claim is one compare-and-set of the task's last arrival from the value that the home dispatcher has consumed. Times
 * only grow, so a stale expectation always fails (no ABA).
 */
public final class SporadicGate {
    /** The release was accepted. */
    public static final int ACCEPTED = 0;
    /** Less than a period has passed since the last accepted one. */
    public static final int TOO_EARLY = 1;
    /** The last accepted one still waits to be seen: the backlog is full or the dispatcher is late. */
    public static final int QUEUE_FULL = 2;
    /** The task has stopped or stops. */
    public static final int STOPPED = 3;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final Doorbell[] doorbells;

    /**
     * Makes the gate of a state.
     *
     * @param state the tables
     */
    public SporadicGate(final PolicyState state) {
        this.state = state;
        this.buffer = state.buffer;
        this.doorbells = new Doorbell[state.deviceCount];
        for (int i = 0; i < doorbells.length; i++) {
            doorbells[i] = new Doorbell(buffer, state.doorbell(i));
        }
    }

    /**
     * Requests a job.
     *
     * @param task  a sporadic task that the caller learned of after its admission
     * @param nowNs the arrival: the job's nominal release when accepted
     * @return {@link #ACCEPTED}, {@link #TOO_EARLY}, {@link #QUEUE_FULL} or {@link #STOPPED}
     */
    public int release(final int task, final long nowNs) {
        final int at = state.task(task);
        final long periodNs = buffer.getLong(at + TaskDescriptor.PERIOD_OFFSET);
        while (true) {
            if (buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) != 0) {
                return STOPPED;
            }
            // Last first, consumed second: consumed only ever takes values of last, so equality here still holds when
            // the compare-and-set finds last unchanged.
            final long last = buffer.getLongVolatile(at + TaskDescriptor.LAST_ARRIVAL_OFFSET);
            final long consumed = buffer.getLongAcquire(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
            if (last == TaskDescriptor.GATE_CLOSED) {
                return STOPPED;
            }
            if (last != TaskDescriptor.NO_ARRIVAL && nowNs - last < periodNs) {
                return TOO_EARLY;
            }
            if (consumed != last) {
                return QUEUE_FULL;
            }
            if (buffer.compareAndSetLong(at + TaskDescriptor.LAST_ARRIVAL_OFFSET, last, nowNs)) {
                doorbells[buffer.getInt(at + TaskDescriptor.HOME_DEVICE_OFFSET)].ring(task);
                return ACCEPTED;
            }
        }
    }
}
