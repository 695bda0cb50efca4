// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.remote.PeerLink;

/**
 * A link that loses, delays, reorders and doubles messages, in both directions and as its seed says. What does not fit its store is lost.
 * Allocates nothing after construction.
 */
final class FaultyLink implements PeerLink {
    private static final int CAPACITY = 256;

    /**
     * What happens to each message.
     *
     * @param loss       share that is lost, from 0 to 1
     * @param leastNs    least delay of one direction, nanoseconds
     * @param mostNs     largest delay of one direction; messages overtake each other where it is above the least
     * @param duplicates share that comes twice
     */
    record Faults(double loss, long leastNs, long mostNs, double duplicates) {
        /** Passes everything on. */
        static final Faults NONE = new Faults(0, 0, 0, 0);
    }

    private final PeerLink link;
    private final Faults faults;
    private final SplittableRandom random;
    private final MessageTaker arrivals = this::arrive;
    private final Store outgoing;
    private final Store incoming;

    FaultyLink(final PeerLink link, final Faults faults, final long seed, final int messageBytes) {
        this.link = link;
        this.faults = faults;
        this.random = new SplittableRandom(seed);
        this.outgoing = new Store(messageBytes);
        this.incoming = new Store(messageBytes);
    }

    /** Messages under way. */
    private static final class Store {
        private final UnsafeBuffer memory;
        private final int slotBytes;
        private final long[] dueNs = new long[CAPACITY];
        private final long[] peers = new long[CAPACITY];
        private final int[] lengths = new int[CAPACITY];

        Store(final int messageBytes) {
            slotBytes = messageBytes;
            memory = AlignedMemory.allocate(CAPACITY * messageBytes);
        }

        void put(final long peer, final DirectBuffer buffer, final int offset, final int length, final long atNs) {
            for (int i = 0; i < CAPACITY && length <= slotBytes; i++) {
                if (lengths[i] == 0) {
                    memory.putBytes(i * slotBytes, buffer, offset, length);
                    lengths[i] = length;
                    peers[i] = peer;
                    dueNs[i] = atNs;
                    return;
                }
            }
        }

        /** The message that is due first, -1 while none is. */
        int due(final long nowNs) {
            int first = -1;
            for (int i = 0; i < CAPACITY; i++) {
                if (lengths[i] != 0 && dueNs[i] - nowNs <= 0 && (first < 0 || dueNs[i] - dueNs[first] < 0)) {
                    first = i;
                }
            }
            return first;
        }
    }

    private void keep(final Store store, final long peer, final DirectBuffer buffer, final int offset, final int length) {
        if (random.nextDouble() < faults.loss) {
            return;
        }
        final int copies = random.nextDouble() < faults.duplicates ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            final long delayNs = faults.leastNs + (faults.mostNs > faults.leastNs ? random.nextLong(faults.mostNs - faults.leastNs) : 0);
            store.put(peer, buffer, offset, length, System.nanoTime() + delayNs);
        }
    }

    @Override
    public long resolve(final String peer) {
        return link.resolve(peer);
    }

    @Override
    public boolean send(final long to, final DirectBuffer buffer, final int offset, final int length) {
        keep(outgoing, to, buffer, offset, length);
        sendDue();
        return true; // as UDP does: whoever sends does not learn what is lost
    }

    private int sendDue() {
        int work = 0;
        for (int i = outgoing.due(System.nanoTime()); i >= 0; i = outgoing.due(System.nanoTime())) {
            link.send(outgoing.peers[i], outgoing.memory, i * outgoing.slotBytes, outgoing.lengths[i]);
            outgoing.lengths[i] = 0;
            work++;
        }
        return work;
    }

    @Override
    public int poll(final MessageTaker taker, final int limit) {
        int work = sendDue() + link.poll(arrivals, limit);
        for (int i = incoming.due(System.nanoTime()); i >= 0; i = incoming.due(System.nanoTime())) {
            taker.onMessage(incoming.peers[i], incoming.memory, i * incoming.slotBytes, incoming.lengths[i]);
            incoming.lengths[i] = 0;
            work++;
        }
        return work;
    }

    private void arrive(final long from, final DirectBuffer buffer, final int offset, final int length) {
        keep(incoming, from, buffer, offset, length);
    }

    @Override
    public int largestBytes() {
        return Math.min(link.largestBytes(), outgoing.slotBytes);
    }

    @Override
    public void close() {
        link.close();
    }
}
