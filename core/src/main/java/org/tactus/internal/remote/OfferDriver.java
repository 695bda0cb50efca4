// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.policy.OfferLedger;
import org.tactus.internal.time.Clock;
import org.tactus.model.Task;

/**
 * Sends the offers of a run's tasks to one peer at their nominal releases and hands answers in, on a thread of its own without real-time
 * priority. No guarantee depends on it: when it is late, or dead, the home dispatchers release the fallbacks all the same. It allocates
 * nothing but when a task joins.
 */
public final class OfferDriver implements AutoCloseable {
    private static final long POLL_NS = 100_000;
    private static final int POLL_LIMIT = 32;

    private final PeerLink link;
    private final Clock clock;
    private final Thread thread = Thread.ofPlatform().name("tactus-offers").daemon(true).unstarted(this::loop);
    private final PeerLink.MessageTaker taker = this::onMessage;
    private final long address;
    private final long session;
    /** Tasks that the thread has not seen. */
    private final Queue<Offered> joining = new ConcurrentLinkedQueue<>();
    private Offered[] tasks = new Offered[0];
    private long foreign;
    private volatile boolean running = true;

    /**
     * Makes the driver of a peer.
     *
     * @param peer    {@code HOST:PORT}
     * @param link    the way there, used by this driver's thread alone from its start on and closed with it
     * @param session tells this process from every other one that a peer serves or has served
     * @param clock   the clock of the dispatchers
     * @throws IllegalArgumentException when the peer's name is not known
     */
    public OfferDriver(final String peer, final PeerLink link, final long session, final Clock clock) {
        this.link = link;
        this.session = session;
        this.clock = clock;
        this.address = link.resolve(peer);
    }

    /**
     * Offers the jobs of one more task from now on. Control thread, before or after the start.
     *
     * @param task a task of this peer, not used elsewhere
     */
    public void add(final Offered task) {
        task.prepare(session, link.largestBytes());
        joining.add(task);
    }

    /** A task whose jobs are offered, and what came of them. Made by the control thread, then used by the driver's alone. */
    public static final class Offered {
        private final Task task;
        private final Task.Remote remote;
        private final OfferLedger ledger;
        private final OfferPort port;
        private final RoundTrips roundTrips = new RoundTrips();
        private final UnsafeBuffer message;
        private int room;
        private long firstNs = Long.MIN_VALUE;
        private long next;
        private long unoffered;

        /**
         * Prepares a task's offers.
         *
         * @param task   a task that is offered
         * @param ledger its ledger
         * @param port   what offers carry
         */
        public Offered(final Task task, final OfferLedger ledger, final OfferPort port) {
            this.task = task;
            this.remote = task.remote().orElseThrow();
            this.ledger = ledger;
            this.port = port;
            this.message = AlignedMemory.allocate(OfferMessage.HEADER_BYTES + port.largestBytes());
        }

        private void prepare(final long session, final int largestBytes) {
            room = Math.min(message.capacity(), largestBytes) - OfferMessage.HEADER_BYTES;
            OfferMessage.prepare(message, task.name(), ledger.generation(), session, task.periodNs());
        }

        /**
         * The task.
         *
         * @return as it was given
         */
        public Task task() {
            return task;
        }

        /**
         * What was sent and answered; exact when the driver has ended.
         *
         * @return the ledger
         */
        public OfferLedger ledger() {
            return ledger;
        }

        /**
         * How long answers took; to be read when the driver has ended.
         *
         * @return the last offers'
         */
        public RoundTrips roundTrips() {
            return roundTrips;
        }

        /**
         * Nominal releases at which this thread came only when their fallbacks were due: nothing was offered.
         *
         * @return a count
         */
        public long unoffered() {
            return unoffered;
        }
    }

    /** Starts the thread. Once. */
    public void start() {
        thread.start();
    }

    private void loop() {
        try {
            while (running) {
                if (turn() == 0) {
                    LockSupport.parkNanos(POLL_NS);
                }
            }
        } finally {
            link.close();
        }
    }

    /** Sends what is due and takes what has come; returns how much there was to do. The driver's thread. */
    int turn() {
        for (Offered next = joining.poll(); next != null; next = joining.poll()) {
            tasks = Arrays.copyOf(tasks, tasks.length + 1);
            tasks[tasks.length - 1] = next;
        }
        return offerDue() + link.poll(taker, POLL_LIMIT);
    }

    private int offerDue() {
        int work = 0;
        for (final Offered each : tasks) {
            each.firstNs = each.ledger.firstNominalNs(); // not known before its home has admitted it, nor when it has left
            while (each.firstNs != Long.MIN_VALUE && offerNext(each)) {
                work++;
            }
        }
        return work;
    }

    private boolean offerNext(final Offered each) {
        final long fallbackNs = each.firstNs + each.next * each.task.periodNs();
        final long nowNs = clock.nanoTime();
        if (nowNs < fallbackNs - each.remote.tauNs()) {
            return false;
        }
        final long number = each.next++;
        if (nowNs >= fallbackNs) {
            each.unoffered++;
            return true;
        }
        final int bytes = each.port.fill(number, each.message, OfferMessage.HEADER_BYTES, each.room);
        OfferMessage.complete(each.message, OfferMessage.OFFER, number, bytes);
        final boolean taken = link.send(address, each.message, 0, OfferMessage.HEADER_BYTES + bytes);
        each.ledger.sent(number, taken);
        if (taken) {
            each.roundTrips.sent(number, nowNs);
        }
        return true;
    }

    private void onMessage(final long from, final DirectBuffer buffer, final int offset, final int length) {
        if (!OfferMessage.isWhole(buffer, offset, length) || OfferMessage.session(buffer, offset) != session) {
            foreign++;
            return;
        }
        final int generation = OfferMessage.generation(buffer, offset);
        final long number = OfferMessage.number(buffer, offset);
        for (final Offered each : tasks) {
            if (each.ledger.generation() == generation) {
                if (OfferMessage.kind(buffer, offset) == OfferMessage.REFUSAL) {
                    each.ledger.refusal(generation, number);
                } else if (OfferMessage.kind(buffer, offset) == OfferMessage.ANSWER) {
                    take(each, generation, number, buffer, offset);
                }
                return;
            }
        }
        foreign++;
    }

    private void take(final Offered each, final int generation, final long number, final DirectBuffer buffer, final int offset) {
        if (each.ledger.answer(generation, number) == OfferLedger.USED) {
            each.port.answered(number, buffer, offset + OfferMessage.HEADER_BYTES, OfferMessage.payloadBytes(buffer, offset));
        }
        each.roundTrips.answered(number, clock.nanoTime());
    }

    /**
     * Messages that answer nothing of this process: of another session, of a task that is not offered here, or no messages of ours. Exact
     * when the driver has ended.
     *
     * @return a count
     */
    public long foreign() {
        return foreign;
    }

    /** Ends the thread and closes the link; an interrupt of the caller changes nothing. A second call does nothing. */
    public void end() {
        if (!running) {
            return;
        }
        running = false;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread, ThreadEnd.PATIENCE_NS);
    }

    @Override
    public void close() {
        end();
    }
}
