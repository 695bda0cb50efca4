// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.remote.OfferMessage;
import org.tactus.internal.remote.PeerLink;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.Durations;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;

/**
 * Serves offers beside tasks of its own. A task is admitted by the analysis of this process at its first offer, with four fifths of the
 * period that the offer names, as a sporadic task; it leaves when nobody has offered it for some seconds. Each further offer is a request
 * at the sporadic gate; one that comes early waits for its time there. What is refused (an unknown task, one that the analysis refuses, a
 * job that comes while another one waits or runs) never reaches a dispatcher: it costs the receiving thread alone, which has no real-time
 * priority.
 *
 * <p>One thread calls {@link #poll} and {@link #close}.
 */
final class OfferServer implements AutoCloseable {
    private static final long LEAVE_NS = 5_000_000_000L;
    private static final long REFUSED_FOR_NS = 1_000_000_000L;
    private static final int POLL_LIMIT = 64;

    private final TaskSetRun run;
    private final WorkFactory works;
    private final PeerLink link;
    private final List<ServedTask> tasks;
    private final PeerLink.MessageTaker taker = this::onMessage;
    private final UnsafeBuffer refusal = AlignedMemory.allocate(OfferMessage.HEADER_BYTES);
    private long accepted;
    private long refused;
    private long answered;
    private long junk;
    private long admissions;

    /**
     * Makes the server of a run that has started.
     *
     * @param run    runs the peer's own tasks
     * @param works  prepares the segments of served tasks
     * @param served what may be offered; sporadic
     * @param link   where offers come
     */
    OfferServer(final TaskSetRun run, final WorkFactory works, final List<ServedTask> served, final PeerLink link) {
        this.run = run;
        this.works = works;
        this.link = link;
        this.tasks = List.copyOf(served);
    }

    /** Takes offers and sends answers; returns how much there was to do. */
    int poll() {
        final int work = link.poll(taker, POLL_LIMIT);
        int sent = 0;
        for (final ServedTask task : tasks) {
            if (task.state() == ServedTask.DONE) {
                sent += answer(task);
            } else if (task.state() == ServedTask.WAITING) {
                release(task);
            } else if (task.state() == ServedTask.IDLE && task.handle != null
                && Clock.SYSTEM.nanoTime() - task.lastOfferNs > LEAVE_NS) {
                run.remove(task.handle);
                task.handle = null;
            }
        }
        return work + sent;
    }

    private int answer(final ServedTask task) {
        final int bytes = OfferMessage.payloadBytes(task.message, 0);
        OfferMessage.complete(task.message, OfferMessage.ANSWER, OfferMessage.number(task.message, 0), bytes);
        answered += link.send(task.client, task.message, 0, OfferMessage.HEADER_BYTES + bytes) ? 1 : 0; // else it is lost, as on any wire
        task.become(ServedTask.IDLE);
        return 1;
    }

    private void onMessage(final long from, final DirectBuffer buffer, final int offset, final int length) {
        if (!OfferMessage.isWhole(buffer, offset, length) || OfferMessage.kind(buffer, offset) != OfferMessage.OFFER) {
            junk++;
            return;
        }
        final ServedTask task = find(buffer, offset);
        if (task != null && task.state() == ServedTask.IDLE && length <= task.message.capacity()
            && isAdmitted(task, OfferMessage.periodNs(buffer, offset))) {
            task.keep(from, buffer, offset, length);
            if (release(task)) {
                return;
            }
        }
        refused++;
        refusal.putBytes(0, buffer, offset, OfferMessage.HEADER_BYTES);
        OfferMessage.complete(refusal, OfferMessage.REFUSAL, OfferMessage.number(buffer, offset), 0);
        link.send(from, refusal, 0, OfferMessage.HEADER_BYTES);
    }

    /**
     * Requests a job for the offer that a task has kept. One that comes early, as messages on a network do, waits until the gate takes it,
     * so that its dispatcher sees no two closer than the task was admitted for; the next one is refused meanwhile.
     */
    private boolean release(final ServedTask task) {
        task.become(ServedTask.RUNNING); // before the request: the job may begin at once
        final int code = run.release(task.handle);
        if (code == SporadicGate.ACCEPTED) {
            task.lastOfferNs = Clock.SYSTEM.nanoTime();
            accepted++;
            return true;
        }
        final boolean early = code == SporadicGate.TOO_EARLY || code == SporadicGate.QUEUE_FULL;
        task.become(early ? ServedTask.WAITING : ServedTask.IDLE);
        return early;
    }

    private ServedTask find(final DirectBuffer buffer, final int offset) {
        for (int i = 0; i < tasks.size(); i++) {
            if (OfferMessage.names(buffer, offset, tasks.get(i).name)) {
                return tasks.get(i);
            }
        }
        return null;
    }

    /** Whether the task runs here with at most this distance of jobs; asks the analysis when it does not run. */
    private boolean isAdmitted(final ServedTask task, final long periodNs) {
        if (task.handle != null) {
            return periodNs >= task.periodNs;
        }
        final long nowNs = Clock.SYSTEM.nanoTime();
        if (periodNs <= 0 || task.refusedPeriodNs >= periodNs && nowNs < task.refusedUntilNs) {
            return false;
        }
        // Admitted for a shorter distance than was asked for: one late message must not make all that follow it wait as long.
        final long distanceNs = Math.max(1, periodNs / 5 * 4);
        final Task asked = task.template.withTimesNs(distanceNs, Math.min(task.template.deadlineNs(), distanceNs),
            Math.min(task.template.jitterNs(), distanceNs));
        try {
            task.handle = run.add(asked, (set, devices, added, seed) -> {
                final List<SegmentWork> prepared = new ArrayList<>(works.prepare(set, devices, added, seed));
                prepared.set(prepared.size() - 1, task.answering(prepared.getLast()));
                return prepared;
            });
            task.periodNs = periodNs;
            task.lastOfferNs = nowNs;
            admissions++;
            return true;
        } catch (final AdmissionRefusedException | InvalidTaskSetException e) {
            task.refusedPeriodNs = periodNs;
            task.refusedUntilNs = nowNs + REFUSED_FOR_NS;
            System.err.println("refused to serve " + task.template.name() + " every " + Durations.exact(periodNs) + ": " + e.getMessage());
            return false;
        }
    }

    /** Offers that became jobs. */
    long accepted() {
        return accepted;
    }

    /** Offers that were refused. */
    long refused() {
        return refused;
    }

    /** Answers that the link has taken. */
    long answered() {
        return answered;
    }

    /** Messages that are no offers. */
    long junk() {
        return junk;
    }

    /** How often the analysis has admitted a task. */
    long admissions() {
        return admissions;
    }

    @Override
    public void close() {
        link.close();
    }
}
