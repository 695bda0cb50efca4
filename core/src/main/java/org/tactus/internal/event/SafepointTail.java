// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.tactus.internal.file.FileCheck;
import org.tactus.internal.text.Printable;
import org.tactus.result.Stall;

/**
 * Follows the JVM's log of safepoints while it grows, so that a pause is known soon after it. Called by the monitor; allocates only
 * when the log has grown. Not thread-safe.
 *
 * <p>The log must be a regular file that belongs to this process's user; no symbolic link is followed to it, except through one of
 * this process's own descriptors, {@code /proc/self/fd/N}: so the launcher passes a log that has no name and needs no removal. Such
 * a log is cut back to nothing now and then, so that it stays small; a pause that is logged in that very microsecond is lost.
 */
public final class SafepointTail implements AutoCloseable {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int CHUNK_BYTES = 1 << 14;
    private static final long CUT_BYTES = 1L << 20;

    private final FileChannel channel;
    private final boolean nameless;
    private long zeroNs;
    private final long thresholdNs;
    private final StallLog log;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
    private final StringBuilder line = new StringBuilder();
    private long position;
    private long longestNs;

    /**
     * Opens a log at its present end: what was logged before does not concern the run.
     *
     * @param file        the JVM's log
     * @param zeroNs      time zero of the run in the clock of {@link System#nanoTime}
     * @param thresholdNs shorter pauses are no stalls
     * @param log         takes the stalls
     * @throws IOException when it is not a log of ours, with what is wrong
     */
    public SafepointTail(final Path file, final long zeroNs, final long thresholdNs, final StallLog log) throws IOException {
        this.zeroNs = zeroNs;
        this.thresholdNs = thresholdNs;
        this.log = log;
        final boolean own = DESCRIPTORS.equals(file.getParent());
        if (!own) { // only its owner can replace a file of ours, so what is checked here still holds below
            FileCheck.requireRegular(file);
            if (!FileCheck.isOwn(file)) {
                throw new IOException(Printable.line(file) + ": the safepoint log belongs to another user; name another");
            }
        } else if (!Files.isRegularFile(file)) {
            throw new IOException(Printable.line(file) + ": the safepoint log is no regular file; name another");
        }
        this.nameless = own && Files.getAttribute(file, "unix:nlink").equals(0);
        this.channel = own ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
            : FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        this.position = channel.size();
    }

    /**
     * Sets time zero, before the first call of {@link #poll}, for a log that is opened earlier.
     *
     * @param ns of the run, in the clock of {@link System#nanoTime}
     */
    public void zero(final long ns) {
        zeroNs = ns;
    }

    /**
     * Adds the pauses that were logged since the last call, as far as they lie in the run.
     *
     * @param durationNs later pauses are left out, nanoseconds since time zero
     * @throws IOException when the log cannot be read
     */
    public void poll(final long durationNs) throws IOException {
        if (channel.size() == position) {
            return;
        }
        int read;
        do {
            buffer.clear();
            read = channel.read(buffer, position);
            if (read > 0) {
                position += read;
                take(StandardCharsets.UTF_8.decode(buffer.flip()), durationNs);
            }
        } while (read > 0);
        if (nameless && position >= CUT_BYTES && channel.size() == position) {
            channel.truncate(0); // the JVM appends, so it goes on at the new end
            position = 0;
        }
    }

    private void take(final CharSequence text, final long durationNs) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '\n') {
                line.append(text.charAt(i));
                continue;
            }
            SafepointLog.parse(line.toString(), zeroNs).filter(stall -> stall.endNs() >= 0 && stall.atNs() <= durationNs)
                .ifPresent(this::add);
            line.setLength(0);
        }
    }

    private void add(final Stall stall) {
        longestNs = Math.max(longestNs, stall.lengthNs());
        if (stall.lengthNs() >= thresholdNs) {
            log.addOwn(stall, stall.lengthNs());
        }
    }

    /**
     * The longest pause in the run so far, shorter ones than the threshold included.
     *
     * @return nanoseconds
     */
    public long longestNs() {
        return longestNs;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
