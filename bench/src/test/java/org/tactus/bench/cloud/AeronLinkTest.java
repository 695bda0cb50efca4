// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.remote.PeerLink;

@Timeout(120)
class AeronLinkTest {
    private static final int LARGE = 600 << 10;
    private final PeerLink.Factory factory = ServiceLoader.load(PeerLink.Factory.class).findFirst().orElseThrow();
    private long from;
    private int taken;
    private long sum;

    private static int freePort() throws SocketException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void take(final long sender, final DirectBuffer buffer, final int offset, final int length) {
        from = sender;
        taken++;
        for (int i = 0; i < length; i++) {
            sum += buffer.getByte(offset + i) & 0xFF;
        }
    }

    private static void until(final BooleanSupplier done) throws InterruptedException {
        while (!done.getAsBoolean()) {
            Thread.sleep(1);
        }
    }

    private static long folders() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/dev/shm"))) {
            return entries.filter(path -> path.getFileName().toString().startsWith("tactus-aeron-" + ProcessHandle.current().pid() + '-'))
                .count();
        }
    }

    @Test
    void shouldCarryTensorsBothWaysAndLeaveNothingBehind() throws Exception {
        final long before = folders();
        final String address = "127.0.0.1:" + freePort();
        final UnsafeBuffer message = AlignedMemory.allocate(LARGE);
        message.setMemory(0, LARGE, (byte) 3);
        try (PeerLink peer = factory.listening(address); PeerLink client = factory.towards(address)) {
            assertEquals(before + 2, folders());
            final long to = client.resolve(address);
            until(() -> client.send(to, message, 0, LARGE) || client.poll(this::take, 1) + peer.poll(this::take, 1) < 0);
            until(() -> client.poll(this::take, 9) + peer.poll(this::take, 9) >= 0 && taken == 1);
            assertEquals(3L * LARGE, sum);
            final long back = from;
            until(() -> peer.send(back, message, 10, 100) || client.poll(this::take, 1) + peer.poll(this::take, 1) < 0);
            until(() -> client.poll(this::take, 9) + peer.poll(this::take, 9) >= 0 && taken == 2);
            assertEquals(3L * LARGE + 300, sum);
        }
        assertEquals(before, folders());
    }

    @Test
    void shouldRefuseWithoutWaitingWhenNobodyListens() throws Exception {
        final String address = "127.0.0.1:" + freePort();
        final UnsafeBuffer message = AlignedMemory.allocate(64);
        try (PeerLink client = factory.towards(address)) {
            final long to = client.resolve(address);
            for (int i = 0; i < 100; i++) {
                assertFalse(client.send(to, message, 0, 64));
                client.poll(this::take, 1);
            }
        }
        assertEquals(0, taken);
    }

    @Test
    void shouldReachThePeerAgainWhenItHasBeenStartedAnew() throws Exception {
        final String address = "127.0.0.1:" + freePort();
        final UnsafeBuffer message = AlignedMemory.allocate(64);
        try (PeerLink client = factory.towards(address)) {
            final long to = client.resolve(address);
            for (int start = 1; start <= 2; start++) {
                final int all = start;
                try (PeerLink peer = factory.listening(address)) {
                    // What is sent at first may be taken for the peer that is gone, and is lost with it.
                    until(() -> (client.send(to, message, 0, 64) | true) && client.poll(this::take, 9) + peer.poll(this::take, 9) >= 0
                        && taken >= all);
                    final long back = from;
                    final int before = taken;
                    until(() -> peer.send(back, message, 0, 64) || client.poll(this::take, 1) + peer.poll(this::take, 1) < 0);
                    until(() -> client.poll(this::take, 9) + peer.poll(this::take, 9) >= 0 && taken > before);
                }
                taken = all;
            }
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenAnAddressIs() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> factory.towards("nowhere")).getMessage().contains("HOST:PORT"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> factory.listening("192.0.2.1:7")).getMessage()
            .startsWith("cannot listen at 192.0.2.1:7: "), "no address of this machine");
    }

    /** The JDK's sockets allocate some 40 bytes a packet where the compiler does not see that it is for nothing. */
    @Test
    void shouldAllocateNoMoreThanSocketsDoWhenTensorsGo() throws Exception {
        final String address = "127.0.0.1:" + freePort();
        final UnsafeBuffer message = AlignedMemory.allocate(LARGE);
        final PeerLink.MessageTaker taker = this::count;
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (PeerLink peer = factory.listening(address); PeerLink client = factory.towards(address)) {
            final long to = client.resolve(address);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 20; i++) {
                    final int already = taken;
                    boolean sent = false;
                    while (taken == already) {
                        sent = sent || client.send(to, message, 0, LARGE);
                        client.poll(taker, 8);
                        peer.poll(taker, 8);
                    }
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            System.out.println("a link's 20 messages of " + LARGE + " bytes allocate " + least + " bytes");
            assertTrue(least < LARGE, least + " bytes: a tensor is copied on the heap"); // 20 of them have 12 MB
        }
    }

    private void count(final long sender, final DirectBuffer buffer, final int offset, final int length) {
        taken++;
    }
}
