// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.bindings.LeftFiles;
import org.tactus.internal.text.Printable;
import org.tactus.model.Platform;

/**
 * Keeps the counters of a run, which a {@link CounterBlock} writes, and its hot state where another process can read them while it runs;
 * see {@link CountersDescriptor}.
 *
 * <p>The file lies on tmpfs where there is one, so that writeback never stalls a writer, and is deleted on closing or when the
 * process ends. Its name cannot be known before, it is made anew or not at all, and only its user may read it unless
 * {@value #MODE} says otherwise, such as {@code rw-r-----}. The process holds a lock on it as long as it lives: so others see whether
 * it does, also from another namespace of process numbers that shares the folder. The mapping is released when it becomes
 * unreachable: a dispatcher that is stuck may still write to it.
 */
public final class CountersFile implements AutoCloseable {
    private static final String PREFIX = "tactus-";
    private static final String SUFFIX = ".counters";
    /** System property with the file's permissions. */
    private static final String MODE = "tactus.counters.mode";
    private static final String OWN = PREFIX + ProcessHandle.current().pid() + '-';
    private static final String OWN_USER = "rw-------";
    private static final SecureRandom RANDOM = new SecureRandom();
    /**
     * The files that this process holds locks on, by their keys. A process loses its locks on a file when it closes any descriptor of
     * it, so a reader in this process must not open another.
     */
    private static final Map<Object, CountersFile> HELD = new ConcurrentHashMap<>();

    private final Path path;
    private final FileChannel channel;
    private final Object key;
    private final UnsafeBuffer buffer;
    private final CounterBlock counters;
    private final int hotOffset;
    private final int hotBytes;
    private volatile boolean closed;

    /**
     * How much fits.
     *
     * @param taskCapacity    largest task index plus 1
     * @param segmentCapacity segment records of the hot state
     * @param hotBytes        bytes of the hot state; 0 without it
     */
    public record Layout(int taskCapacity, int segmentCapacity, int hotBytes) {
    }

    /**
     * Makes a file where there is none.
     *
     * @param path        where; nothing may be there
     * @param platform    the devices
     * @param layout      how much fits
     * @param startMillis when the run began, milliseconds since 1970
     * @throws IOException when the file cannot be made, such as when there is no room
     */
    public CountersFile(final Path path, final Platform platform, final Layout layout, final long startMillis) throws IOException {
        this.path = path;
        this.hotOffset = CountersDescriptor.hotOffset(layout.taskCapacity(), platform.devices().size());
        this.hotBytes = layout.hotBytes();
        final int bytes = CounterBlock.requiredBytes(platform.devices().size(), layout);
        channel = FileChannel.open(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWN_USER)));
        try {
            path.toFile().deleteOnExit();
            // Before the first word is published: from then on readers take a file without a lock for one that was left.
            if (channel.tryLock() == null) {
                throw new IOException(path + ": another process holds its lock");
            }
            if (System.getProperty(MODE) != null) {
                Files.setPosixFilePermissions(path, mode());
            }
            reserve(channel, bytes);
            buffer = new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes));
            key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
            HELD.put(key, this);
            counters = new CounterBlock(buffer, platform, layout, startMillis);
        } catch (final Throwable e) { // also an Error, such as that of a heap too small for so many tasks
            HELD.values().remove(this);
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    private static Set<PosixFilePermission> mode() throws IOException {
        final String mode = System.getProperty(MODE);
        try {
            return PosixFilePermissions.fromString(mode);
        } catch (final IllegalArgumentException e) {
            throw new IOException("-D" + MODE + "=" + Printable.line(mode) + " are no permissions; write them such as rw-r-----", e);
        }
    }

    /** The file of this process that has a key; null when another process holds it, or none. */
    static CountersFile held(final Object key) {
        return HELD.get(key);
    }

    FileChannel channel() {
        return channel;
    }

    boolean isOpen() {
        return !closed;
    }

    /** Writes every page, so that a full tmpfs is an exception here and not a bus error on a dispatcher later. */
    private static void reserve(final FileChannel channel, final int bytes) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
        for (int done = 0; done < bytes;) {
            zeros.clear().limit(Math.min(zeros.capacity(), bytes - done));
            done += channel.write(zeros);
        }
    }

    /**
     * Removes what killed processes left in the usual folder; what is another user's stays.
     *
     * @return how many files were removed
     * @throws IOException when the folder cannot be read
     */
    public static int removeLeft() throws IOException {
        int removed = 0;
        for (final Path left : CountersReader.stale()) {
            try {
                removed += Files.deleteIfExists(left) ? 1 : 0;
            } catch (final FileSystemException e) {
                continue; // readable for everybody, but another user's
            }
        }
        // What a process left that was killed while it made the file says nothing yet, so no reader takes it.
        return removed + LeftFiles.remove(folder(), PREFIX + '*' + SUFFIX, OWN);
    }

    /**
     * Makes the file of this process in the usual folder, and removes what killed processes left there.
     *
     * @param platform    the devices
     * @param layout      how much fits
     * @param startMillis when the run began, milliseconds since 1970
     * @return the file
     * @throws IOException when it cannot be made
     */
    public static CountersFile open(final Platform platform, final Layout layout, final long startMillis) throws IOException {
        removeLeft();
        while (true) {
            try {
                return new CountersFile(newPath(), platform, layout, startMillis);
            } catch (final FileAlreadyExistsException e) {
                continue; // another name
            }
        }
    }

    /** An unpredictable name in the usual folder; the process number in it is for people only. */
    static Path newPath() {
        return folder().resolve(OWN + Long.toHexString(RANDOM.nextLong()) + SUFFIX);
    }

    /**
     * Where counters of all processes lie.
     *
     * @return a folder
     */
    public static Path folder() {
        final Path tmpfs = Path.of("/dev", "shm");
        return Files.isWritable(tmpfs) ? tmpfs : Path.of(System.getProperty("java.io.tmpdir"));
    }

    static boolean isCounters(final Path file) {
        final String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    /**
     * Where this file lies.
     *
     * @return the path
     */
    public Path path() {
        return path;
    }

    /**
     * Memory for the hot state, zeroed and cache-line aligned.
     *
     * @return the piece of the file that its layout asked for
     */
    public AtomicBuffer hotState() {
        return new UnsafeBuffer(buffer, hotOffset, hotBytes);
    }

    /**
     * What counts the run in this file.
     *
     * @return to be put behind the rings, on the monitor's thread
     */
    public CounterBlock counters() {
        return counters;
    }

    /** Says to readers that the run has ended and deletes the file; readers that have it open keep it. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        counters.end();
        HELD.remove(key);
        Files.deleteIfExists(path);
        channel.close();
    }
}
