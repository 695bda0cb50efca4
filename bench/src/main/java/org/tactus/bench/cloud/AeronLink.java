// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.remote.PeerLink;

/**
 * A link over Aeron: UDP, IPv4, with a media driver of its own. The driver and the client have no threads: the thread that polls the link
 * does their work, so nothing of Aeron runs anywhere else, and nothing at a real-time priority.
 *
 * <p>Its buffers are files in a folder on tmpfs, which is removed when the link is closed. A process that was killed leaves its folder; the
 * next link of any process of the machine removes it.
 *
 * <p>Before each message stands the address that its sender listens at, 8 bytes, so that it can be answered.
 */
final class AeronLink implements PeerLink {
    private static final Pattern SAID = Pattern.compile("channel error - (.+?)(?: \\(at |: aeron:|, errorCode|$)");
    private static final String IN_USE = "Address already in use";
    private static final int STREAM = 1;
    private static final int TERM_BYTES = 8 << 20;
    /** Of a socket, at most; the system grants what {@code net.core.rmem_max} says. */
    private static final int SOCKET_BYTES = 2 << 20;
    private static final int USUAL_SOCKET_BYTES = 128 << 10;
    private static final int MOST_PEERS = 64;
    private static final String FOLDER = "tactus-aeron-";
    /** Longer than any pause of this process: driver and client are one thread, and neither can miss the other. */
    private static final long NEVER_NS = TimeUnit.DAYS.toNanos(30);

    private final Path folder;
    private final MediaDriver driver;
    private final Aeron aeron;
    private final Subscription subscription;
    private final long own;
    private final UnsafeBuffer prefix = AlignedMemory.allocate(Long.BYTES);
    private final Long2ObjectHashMap<ExclusivePublication> publications = new Long2ObjectHashMap<>();
    private final FragmentAssembler assembler = new FragmentAssembler(this::onFragments, 0, true);
    private MessageTaker taker;
    private int taken;

    /**
     * Opens a link.
     *
     * @param host this machine's address, IPv4
     * @param port 0 for any that is free
     */
    AeronLink(final InetAddress host, final int port) throws IOException {
        removeAbandoned();
        folder = tmpfs().resolve(FOLDER + ProcessHandle.current().pid() + '-' + Long.toHexString(System.nanoTime()));
        final int socketBytes = socketBytes();
        MediaDriver launched = null;
        Aeron client = null;
        try {
            launched = MediaDriver.launch(new MediaDriver.Context().aeronDirectoryName(folder.toString())
                .threadingMode(ThreadingMode.INVOKER).dirDeleteOnStart(true).dirDeleteOnShutdown(true).warnIfDirectoryExists(false)
                .termBufferSparseFile(true).publicationTermBufferLength(TERM_BYTES).initialWindowLength(socketBytes)
                .socketRcvbufLength(socketBytes)
                .clientLivenessTimeoutNs(NEVER_NS).publicationUnblockTimeoutNs(2 * NEVER_NS)
                .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(NEVER_NS)).errorHandler(AeronLink::ignore));
            client = Aeron.connect(new Aeron.Context().aeronDirectoryName(folder.toString()).useConductorAgentInvoker(true)
                .driverAgentInvoker(launched.sharedAgentInvoker()).driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(NEVER_NS))
                .errorHandler(AeronLink::ignore));
            driver = launched;
            aeron = client;
            subscription = aeron.addSubscription("aeron:udp?endpoint=" + host.getHostAddress() + ':' + port, STREAM);
            own = address(host, boundPort());
        } catch (final RuntimeException e) {
            final Closing closing = new Closing();
            if (client != null) {
                closing.attempt(client::close);
            }
            if (launched != null) {
                closing.attempt(launched::close);
            }
            throw new IllegalArgumentException("cannot listen at " + host.getHostAddress() + ':' + port + ": " + why(e), e);
        }
        prefix.putLong(0, own, ByteOrder.LITTLE_ENDIAN);
    }

    /** What the system said, without what Aeron puts around it. */
    private static String why(final RuntimeException e) {
        final Matcher said = SAID.matcher(String.valueOf(e.getMessage()));
        return !said.find() ? e.getMessage() : said.group(1)
            + (said.group(1).equals(IN_USE) ? "; end what listens there, or choose another port" : "");
    }

    private int boundPort() {
        for (int i = 0; i < 1000; i++) {
            invoke();
            final var addresses = subscription.localSocketAddresses();
            if (!addresses.isEmpty()) {
                return Integer.parseInt(addresses.getFirst().substring(addresses.getFirst().lastIndexOf(':') + 1));
            }
        }
        throw new IllegalStateException("the socket does not open");
    }

    /** How much a socket may hold here: a sender may be ahead of its receiver by that. */
    private static int socketBytes() {
        try (InputStream limit = Files.newInputStream(Path.of("/proc/sys/net/core/rmem_max"))) {
            // In one read: the system gives such a file only to a read from its beginning.
            return (int) Math.min(SOCKET_BYTES, Long.parseLong(new String(limit.readNBytes(64), StandardCharsets.US_ASCII).strip()));
        } catch (final IOException | NumberFormatException e) {
            return USUAL_SOCKET_BYTES;
        }
    }

    /** Lost peers and broken packets are the ordinary case; what they cost is counted by who uses the link. */
    private static void ignore(final Throwable error) {
        if (error instanceof final Error fatal) {
            throw fatal;
        }
    }

    private static Path tmpfs() {
        final Path shared = Path.of("/dev/shm");
        return Files.isWritable(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Removes the folders of processes that were killed. */
    private static void removeAbandoned() throws IOException {
        try (Stream<Path> entries = Files.list(tmpfs())) {
            for (final Path entry : entries.filter(path -> path.getFileName().toString().startsWith(FOLDER)).toList()) {
                final String rest = entry.getFileName().toString().substring(FOLDER.length());
                final String pid = rest.substring(0, Math.max(0, rest.indexOf('-')));
                if (pid.matches("[0-9]{1,10}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    IoUtil.delete(entry.toFile(), true);
                }
            }
        }
    }

    private static long address(final InetAddress host, final int port) {
        final byte[] bytes = host.getAddress();
        return (bytes[0] & 0xFFL) << 40 | (bytes[1] & 0xFFL) << 32 | (bytes[2] & 0xFFL) << 24 | (bytes[3] & 0xFFL) << 16 | port;
    }

    /** Splits {@code HOST:PORT}. */
    static InetSocketAddress parse(final String text) {
        final int colon = text.lastIndexOf(':');
        try {
            final InetAddress host = Arrays.stream(InetAddress.getAllByName(text.substring(0, Math.max(0, colon))))
                .filter(Inet4Address.class::isInstance).findFirst().orElseThrow(UnknownHostException::new);
            return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (final UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has no IPv4 address here; write HOST:PORT, such as 127.0.0.1:40123", e);
        }
    }

    /** Opens links over Aeron; an instance is found by the service loader. */
    public static final class Factory implements PeerLink.Factory {
        /** Called by the service loader. */
        public Factory() {
            // nothing to prepare
        }

        @Override
        public PeerLink towards(final String peer) {
            try (DatagramSocket route = new DatagramSocket()) {
                route.connect(parse(peer)); // sends nothing: it asks the system by which of its addresses the peer is reached
                return new AeronLink(route.getLocalAddress(), 0);
            } catch (final IOException e) {
                throw new IllegalArgumentException("no way to " + peer + ": " + e.getMessage(), e);
            }
        }

        @Override
        public PeerLink listening(final String local) {
            final InetSocketAddress address = parse(local);
            try {
                return new AeronLink(address.getAddress(), address.getPort());
            } catch (final IOException e) {
                throw new IllegalArgumentException("cannot listen at " + local + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public long resolve(final String peer) {
        final InetSocketAddress found = parse(peer);
        final long address = address(found.getAddress(), found.getPort());
        publication(address);
        return address;
    }

    private ExclusivePublication publication(final long address) {
        final ExclusivePublication known = publications.get(address);
        if (known != null || publications.size() >= MOST_PEERS) {
            return known;
        }
        final ExclusivePublication opened = aeron.addExclusivePublication("aeron:udp?endpoint=" + (address >> 40 & 0xFF) + '.'
            + (address >> 32 & 0xFF) + '.' + (address >> 24 & 0xFF) + '.' + (address >> 16 & 0xFF) + ':' + (address & 0xFFFF), STREAM);
        publications.put(address, opened);
        return opened;
    }

    @Override
    public boolean send(final long to, final DirectBuffer buffer, final int offset, final int length) {
        final ExclusivePublication publication = publication(to);
        if (publication == null) {
            return false;
        }
        final boolean sent = publication.offer(prefix, 0, Long.BYTES, buffer, offset, length) > 0;
        invoke(); // the sender's part of the driver puts it on the wire now, not at the next poll
        return sent;
    }

    @Override
    public int poll(final MessageTaker messages, final int limit) {
        taker = messages;
        taken = 0;
        final int work = invoke();
        subscription.poll(assembler, limit);
        return work + taken;
    }

    private int invoke() {
        return aeron.conductorAgentInvoker().invoke() + driver.sharedAgentInvoker().invoke();
    }

    private void onFragments(final DirectBuffer buffer, final int offset, final int length, final Header header) {
        taken++;
        if (length > Long.BYTES) {
            taker.onMessage(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN), buffer, offset + Long.BYTES, length - Long.BYTES);
        }
    }

    @Override
    public int largestBytes() {
        return TERM_BYTES / 8 - Long.BYTES;
    }

    /** The port that this link listens at. */
    int port() {
        return (int) (own & 0xFFFF);
    }

    @Override
    public void close() {
        final Closing closing = new Closing();
        closing.attempt(aeron::close);
        closing.attempt(driver::close);
        closing.attempt(() -> IoUtil.delete(folder.toFile(), true));
        closing.finish();
    }
}
