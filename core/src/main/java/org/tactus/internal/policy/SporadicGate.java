// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.AtomicBuffer;

/**
 * The entry for requests of sporadic jobs. Any thread, lock-free, allocation-free.
 *
 * <p>Guarantees: (1) two accepted arrivals of a task are at least its period apart; (2) an accepted arrival becomes exactly one
 * job or is counted as skipped, never lost; (3) a caller that is delayed anywhere inside delays only its own task; (4) the
 * claimed time is the job's nominal release, however late the dispatcher looks; (5) when the caller was held up between its clock read
 * and the doorbell for longer than the release jitter that the analysis charges, so that the dispatcher looked meanwhile and saw
 * nothing, the nominal release is moved: to the time of that look less the jitter, and the next arrival is due a period after that. For a
 * dispatcher that slept, the time at which the first caller asked it to rise stands for that look. So
 * what a dispatcher sees never comes closer than the analysis assumes; (6) a caller acts on the task that it names, never on another
 * one in its slot, however long it sleeps inside; what is refused writes nothing.
 *
 * <p>The claim is one compare-and-set of the task's last arrival from the value that the home dispatcher has consumed. Times only
 * grow, and the value before the first arrival is the generation's own, so a stale expectation always fails (no ABA). The expected
 * value is read before the generation is checked: when that still stood, the value is of this task, and the compare-and-set finds it
 * no more once the task has stopped.
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
    /** The task releases its jobs by itself. */
    public static final int NOT_SPORADIC = 4;
    /** There is no such slot, or no task was ever in it. */
    public static final int UNKNOWN = 5;

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
            doorbells[i] = new Doorbell(buffer, state.doorbellOffset(i));
        }
    }

    /**
     * Closes a task's gate when its home dispatcher has ended, so that a caller which was delayed inside claims nothing any more. A claim
     * that the home had not taken stays: it counts as waiting, and keeps the gate closed. Called by the control thread.
     *
     * @param slot slot of a sporadic task
     */
    public void close(final int slot) {
        final int taskOffset = state.taskOffset(slot);
        long last = buffer.getLongVolatile(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        while (last == buffer.getLongAcquire(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET)
            && !buffer.compareAndSetLong(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET, last, TaskDescriptor.GATE_CLOSED)) {
            last = buffer.getLongVolatile(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        }
    }

    /**
     * Requests a job of the task that is in a slot now. For a caller that knows that it cannot change meanwhile.
     *
     * @param slot  the slot
     * @param nowNs the arrival: the job's nominal release when accepted
     * @return one of the codes above
     */
    public int release(final int slot, final long nowNs) {
        return isSlot(slot) ? release(slot, state.generation(slot), nowNs) : UNKNOWN;
    }

    private boolean isSlot(final int slot) {
        return slot >= 0 && slot < state.taskCapacity;
    }

    /**
     * Requests a job.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @param nowNs      the arrival: the job's nominal release when accepted
     * @return one of the codes above; {@link #STOPPED} also when the slot's task is another one
     */
    public int release(final int slot, final int generation, final long nowNs) {
        if (!isSlot(slot) || generation <= 0) {
            return UNKNOWN;
        }
        final int taskOffset = state.taskOffset(slot);
        final int runs = TaskDescriptor.stopWord(generation, false);
        while (true) {
            // Last first, consumed second: consumed only ever takes values of last, so equality here still holds when
            // the compare-and-set finds last unchanged.
            final long last = buffer.getLongVolatile(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET);
            final long consumed = buffer.getLongAcquire(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
            final long periodNs = buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET);
            final int flags = buffer.getInt(taskOffset + TaskDescriptor.FLAGS_OFFSET);
            final int home = buffer.getInt(taskOffset + TaskDescriptor.HOME_DEVICE_OFFSET);
            VarHandle.loadLoadFence(); // what was read above is this task's when its generation stands below
            if (buffer.getIntAcquire(taskOffset + TaskDescriptor.STOP_OFFSET) != runs || last == TaskDescriptor.GATE_CLOSED) {
                return STOPPED;
            }
            if ((flags & TaskDescriptor.FLAG_SPORADIC) == 0) {
                return NOT_SPORADIC;
            }
            if (TaskDescriptor.isArrival(last) && nowNs - last < periodNs) {
                return TOO_EARLY;
            }
            if (consumed != last) {
                return QUEUE_FULL;
            }
            if (buffer.compareAndSetLong(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET, last, nowNs)) {
                doorbells[home].ring(slot);
                return ACCEPTED;
            }
        }
    }
}
