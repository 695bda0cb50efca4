// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.file.Printable;
import org.tactus.model.Platform;
import org.tactus.model.Task;

/**
 * Writes the counters of a run, and holds its hot state, where another process can read them while it runs; see
 * {@link CountersDescriptor}. It takes events: put it behind the rings, on the monitor's thread, which is then the only writer of
 * counters. Counting allocates nothing. Events that were dropped are not counted here; tell {@link #dropped} so that a reader knows.
 *
 * <p>The file lies on tmpfs where there is one, so that writeback never stalls a writer, and is deleted on closing or when the
 * process ends. Its name cannot be known before, it is made anew or not at all, and only its user may read it unless
 * {@value #MODE} says otherwise, such as {@code rw-r-----}. The process holds a lock on it as long as it lives: so others see whether
 * it does, also from another namespace of process numbers that shares the folder. The mapping is released when it becomes
 * unreachable: a dispatcher that is stuck may still write to it.
 */
public final class CountersFile implements EventHandler, AutoCloseable {
    private static final String PREFIX = "tactus-";
    private static final String SUFFIX = ".counters";
    /** System property with the file's permissions. */
    private static final String MODE = "tactus.counters.mode";
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
    private final Layout layout;
    private final int taskCapacity;
    /** Of each task, when its running segment started; 0 while none runs. */
    private final long[] startNs;
    /** Of each device, how many segments run: more than one where they preempt each other. */
    private final int[] running;
    private final int[] generations;
    private long zeroNs;
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
        this.layout = layout;
        this.taskCapacity = layout.taskCapacity();
        final int devices = platform.devices().size();
        this.startNs = new long[taskCapacity];
        this.running = new int[devices];
        this.generations = new int[taskCapacity];
        final int bytes = Math.addExact(CountersDescriptor.hotOffset(taskCapacity, devices), layout.hotBytes());
        channel = FileChannel.open(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWN_USER)));
        try {
            path.toFile().deleteOnExit();
            if (System.getProperty(MODE) != null) {
                Files.setPosixFilePermissions(path, mode());
            }
            reserve(channel, bytes);
            buffer = new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes));
            key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
            // Before the first word is published: from then on readers take a file without a lock for one that was left.
            if (channel.tryLock() == null) {
                throw new IOException(path + ": another process holds its lock");
            }
        } catch (final IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
        HELD.put(key, this);
        buffer.putInt(CountersDescriptor.VERSION_OFFSET, CountersDescriptor.VERSION);
        buffer.putInt(CountersDescriptor.TASK_CAPACITY_OFFSET, taskCapacity);
        buffer.putInt(CountersDescriptor.DEVICE_COUNT_OFFSET, devices);
        buffer.putInt(CountersDescriptor.SEGMENT_CAPACITY_OFFSET, layout.segmentCapacity());
        buffer.putLong(CountersDescriptor.PID_OFFSET, ProcessHandle.current().pid());
        buffer.putLong(CountersDescriptor.STARTED_OFFSET, startMillis);
        buffer.putLong(CountersDescriptor.HOT_LENGTH_OFFSET, layout.hotBytes());
        for (int i = 0; i < devices; i++) {
            final int record = CountersDescriptor.deviceOffset(taskCapacity, i);
            name(record, platform.devices().get(i).name());
            buffer.putLongRelease(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_LIVE);
        }
        // Publishes the head and the devices: a reader looks for this word first.
        buffer.putLongRelease(CountersDescriptor.MAGIC_OFFSET, CountersDescriptor.MAGIC);
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
        return removed;
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
        return folder().resolve(PREFIX + ProcessHandle.current().pid() + '-' + Long.toHexString(RANDOM.nextLong()) + SUFFIX);
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
        return new UnsafeBuffer(buffer, CountersDescriptor.hotOffset(taskCapacity, running.length), layout.hotBytes());
    }

    /**
     * Sets time zero of the run; before, times are told in the clock of the events.
     *
     * @param ns in the clock of the events
     */
    public void zero(final long ns) {
        zeroNs = ns;
    }

    /**
     * Puts a task whose slot is not used again into a record; see the other one.
     *
     * @param index   index of the task
     * @param task    the task
     * @param boundNs what the analysis promised, if anything
     */
    public void define(final int index, final Task task, final OptionalLong boundNs) {
        define(index, 0, task, boundNs);
    }

    /**
     * Puts a task into a record and clears its counters. Call it before the task's first event; events of earlier tasks of the record
     * that come later are not counted.
     *
     * @param index      index of the task
     * @param generation which admission the task is
     * @param task       the task
     * @param boundNs    what the analysis promised, if anything
     */
    public void define(final int index, final int generation, final Task task, final OptionalLong boundNs) {
        final int record = CountersDescriptor.taskOffset(index);
        generations[index] = generation;
        RecordVersion.beginWrite(buffer, record + CountersDescriptor.CHANGES_OFFSET);
        buffer.putLong(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_FREE);
        buffer.setMemory(record + CountersDescriptor.NAME_LENGTH_OFFSET,
            CountersDescriptor.CHANGES_OFFSET - CountersDescriptor.NAME_LENGTH_OFFSET, (byte) 0);
        buffer.setMemory(record + CountersDescriptor.NAME_OFFSET,
            CountersDescriptor.TASK_LENGTH - CountersDescriptor.NAME_OFFSET, (byte) 0);
        name(record, task.name());
        buffer.putLong(record + CountersDescriptor.PERIOD_OFFSET, task.periodNs());
        buffer.putLong(record + CountersDescriptor.DEADLINE_OFFSET, task.deadlineNs());
        buffer.putLong(record + CountersDescriptor.BOUND_OFFSET, boundNs.orElse(-1));
        buffer.putLong(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_LIVE);
        RecordVersion.endWrite(buffer, record + CountersDescriptor.CHANGES_OFFSET);
    }

    /**
     * Tells which task is in a record. The thread that writes.
     *
     * @param index      index of the record
     * @param generation which admission a task is
     * @return true when that task was defined there last
     */
    public boolean holds(final int index, final int generation) {
        return index < taskCapacity && generations[index] == generation;
    }

    /**
     * Changes what the analysis promised a task.
     *
     * @param index   index of the task
     * @param boundNs the bound, if there is one
     */
    public void bound(final int index, final OptionalLong boundNs) {
        buffer.putLongRelease(CountersDescriptor.taskOffset(index) + CountersDescriptor.BOUND_OFFSET, boundNs.orElse(-1));
    }

    /**
     * Puts tasks into the first records.
     *
     * @param tasks  by index
     * @param bounds what the analysis promised each
     */
    public void defineAll(final List<Task> tasks, final List<OptionalLong> bounds) {
        for (int i = 0; i < tasks.size(); i++) {
            define(i, tasks.get(i), bounds.get(i));
        }
    }

    private void name(final int record, final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        final int length = Math.min(bytes.length, CountersDescriptor.MAX_NAME_LENGTH);
        buffer.putLong(record + CountersDescriptor.NAME_LENGTH_OFFSET, length);
        buffer.putBytes(record + CountersDescriptor.NAME_OFFSET, bytes, 0, length);
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (task >= 0 && task < taskCapacity) {
            onTaskEvent(type, timeNs, device, task, generations[task], segment, job, argument);
        }
    }

    @Override
    public void onTaskEvent(
        final int type, final long timeNs, final int device, final int task, final int generation, final int segment, final long job,
        final long argument) {
        if (task < 0 || task >= taskCapacity || closed || generations[task] != generation) {
            return;
        }
        final int record = CountersDescriptor.taskOffset(task);
        switch (type) {
            case EventType.RELEASE -> {
                add(record + CountersDescriptor.RELEASED_OFFSET, 1);
                present(device, 1);
            }
            case EventType.ARRIVE -> moved(segment, device, 1);
            case EventType.HAND_OVER -> moved(segment, device, -1);
            case EventType.START -> start(device, task, timeNs);
            case EventType.END -> busy(device, task, timeNs, argument);
            case EventType.COMPLETE -> {
                completed(record, timeNs - argument);
                present(device, -1);
            }
            case EventType.ABORT -> {
                add(record + CountersDescriptor.ABORTED_OFFSET, 1);
                present(device, -1);
            }
            case EventType.MISS -> add(record + CountersDescriptor.MISSES_OFFSET, 1);
            case EventType.OVERRUN -> add(record + CountersDescriptor.OVERRUNS_OFFSET, 1);
            case EventType.SKIP -> add(record + CountersDescriptor.SKIPPED_OFFSET, 1);
            case EventType.STOP ->
                buffer.putLongRelease(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_STOPPED);
            default -> { }
        }
        updated(timeNs);
    }

    /**
     * Says until when these counters hold, when nothing happens: without it a device that hangs would seem to stand still in time. By the
     * writer's thread, with events as late as this handled before.
     *
     * @param timeNs in the clock of the events
     */
    public void round(final long timeNs) {
        if (!closed && timeNs > zeroNs && zeroNs != 0) {
            updated(timeNs);
        }
    }

    /** The rings of several devices are read one after the other, so events come out of order. */
    private void updated(final long timeNs) {
        final long sinceZeroNs = timeNs - zeroNs;
        if (sinceZeroNs > buffer.getLong(CountersDescriptor.UPDATED_OFFSET)) {
            buffer.putLongRelease(CountersDescriptor.UPDATED_OFFSET, sinceZeroNs);
        }
    }

    private int runningSince(final int device) {
        return CountersDescriptor.deviceOffset(taskCapacity, device) + CountersDescriptor.RUNNING_SINCE_OFFSET;
    }

    /** A job leaves a device or comes to one, also to one that refuses it; an ended job left when it ended, only its slot goes home. */
    private void moved(final int segment, final int device, final long change) {
        if (segment != EventType.NO_SEGMENT) {
            present(device, change);
        }
    }

    private void completed(final int record, final long responseNs) {
        add(record + CountersDescriptor.JOBS_OFFSET, 1);
        buffer.putLongRelease(record + CountersDescriptor.LAST_OFFSET, responseNs);
        if (responseNs > buffer.getLong(record + CountersDescriptor.MAX_OFFSET)) {
            buffer.putLongRelease(record + CountersDescriptor.MAX_OFFSET, responseNs);
        }
    }

    private void start(final int device, final int task, final long timeNs) {
        if (startNs[task] == 0) {
            running[device]++;
        }
        startNs[task] = timeNs;
        if (running[device] == 1) {
            buffer.putLongRelease(runningSince(device), Math.max(0, timeNs - zeroNs) + 1);
        }
    }

    /** Adds a segment's own time. What it took from one that runs on is behind the begin of that one's, which moves by as much. */
    private void busy(final int device, final int task, final long endNs, final long takenNs) {
        if (startNs[task] != 0) {
            final long ownNs = Math.max(0, endNs - startNs[task] - takenNs);
            running[device]--;
            buffer.putLongRelease(runningSince(device), running[device] == 0 ? 0 : buffer.getLong(runningSince(device)) + ownNs);
            add(CountersDescriptor.deviceOffset(taskCapacity, device) + CountersDescriptor.BUSY_OFFSET, ownNs);
            startNs[task] = 0;
        }
    }

    private void present(final int device, final long change) {
        add(CountersDescriptor.deviceOffset(taskCapacity, device) + CountersDescriptor.PRESENT_OFFSET, change);
    }

    /** Single writer: plain read, release store. */
    private void add(final int offset, final long change) {
        buffer.putLongRelease(offset, buffer.getLong(offset) + change);
    }

    /**
     * Tells readers how many events these counters lack.
     *
     * @param events dropped so far
     */
    public void dropped(final long events) {
        if (!closed) {
            buffer.putLongRelease(CountersDescriptor.DROPPED_OFFSET, events);
        }
    }

    /** Says to readers that the run has ended and deletes the file; readers that have it open keep it. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        buffer.putLongRelease(CountersDescriptor.ENDED_OFFSET, 1);
        HELD.remove(key);
        Files.deleteIfExists(path);
        channel.close();
    }
}
