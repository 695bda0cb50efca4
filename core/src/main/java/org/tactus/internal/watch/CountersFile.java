package org.tactus.internal.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.model.Platform;
import org.tactus.model.Task;

/**
 * Writes the counters of a run, and holds its hot state, where another process can read them while it runs; see
 * {@link CountersDescriptor}. It takes events: put it behind the rings, on the monitor's thread, which is then the only writer of
 * counters. Counting allocates nothing. Events that were dropped are not counted here; tell {@link #dropped} so that a reader knows.
 *
 * <p>The file lies on tmpfs where there is one, so that writeback never stalls a writer, and is deleted on closing or when the
 * process ends. The mapping is released when it becomes unreachable: a dispatcher that is stuck may still write to it.
 */
public final class CountersFile implements EventHandler, AutoCloseable {
    private static final String PREFIX = "tactus-";
    private static final String SUFFIX = ".counters";
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Path path;
    private final UnsafeBuffer buffer;
    private final Layout layout;
    private final int taskCapacity;
    private final long[] startNs;
    private final Task[] tasks;
    private long zeroNs;
    private boolean closed;

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
     * Makes a file that replaces one of the same name.
     *
     * @param path        where, such as {@link #pathOf}
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
        this.startNs = new long[devices];
        this.tasks = new Task[taskCapacity];
        Files.deleteIfExists(path);
        final int bytes = Math.addExact(CountersDescriptor.hotOffset(taskCapacity, devices), layout.hotBytes());
        try (FileChannel channel = FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            path.toFile().deleteOnExit();
            reserve(channel, bytes);
            buffer = new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes));
        }
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

    /** Writes every page, so that a full tmpfs is an exception here and not a bus error on a dispatcher later. */
    private static void reserve(final FileChannel channel, final int bytes) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
        for (int done = 0; done < bytes;) {
            zeros.clear().limit(Math.min(zeros.capacity(), bytes - done));
            done += channel.write(zeros);
        }
    }

    /**
     * Makes the file of this process in the usual folder, and removes what killed processes left there.
     *
     * @param platform    the devices
     * @param layout      how much fits
     * @param startMillis when the run began, milliseconds since 1970
     * @return the file; a second one of this process has a number in its name
     * @throws IOException when it cannot be made
     */
    public static CountersFile open(final Platform platform, final Layout layout, final long startMillis) throws IOException {
        for (final Path left : CountersReader.stale()) {
            Files.deleteIfExists(left);
        }
        final long pid = ProcessHandle.current().pid();
        final int before = MADE.getAndIncrement();
        return new CountersFile(before == 0 ? pathOf(pid) : folder().resolve(PREFIX + pid + '-' + before + SUFFIX), platform, layout,
            startMillis);
    }

    /**
     * Where the counters of a process lie.
     *
     * @param pid number of the process
     * @return a path on tmpfs, or in the folder for temporary files where there is none
     */
    public static Path pathOf(final long pid) {
        return folder().resolve(PREFIX + pid + SUFFIX);
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
        return new UnsafeBuffer(buffer, CountersDescriptor.hotOffset(taskCapacity, startNs.length), layout.hotBytes());
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
     * Puts a task into a record and clears its counters. Call it before the task's first event.
     *
     * @param index   index of the task
     * @param task    the task
     * @param boundNs what the analysis promised, if anything
     */
    public void define(final int index, final Task task, final OptionalLong boundNs) {
        final int record = CountersDescriptor.taskOffset(index);
        tasks[index] = task;
        buffer.putLongRelease(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_FREE);
        buffer.setMemory(record + CountersDescriptor.NAME_LENGTH_OFFSET,
            CountersDescriptor.TASK_LENGTH - CountersDescriptor.NAME_LENGTH_OFFSET, (byte) 0);
        name(record, task.name());
        buffer.putLong(record + CountersDescriptor.PERIOD_OFFSET, task.periodNs());
        buffer.putLong(record + CountersDescriptor.DEADLINE_OFFSET, task.deadlineNs());
        buffer.putLong(record + CountersDescriptor.BOUND_OFFSET, boundNs.orElse(-1));
        buffer.putLongRelease(record + CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_LIVE);
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
        if (task < 0 || task >= taskCapacity || closed) {
            return;
        }
        final int record = CountersDescriptor.taskOffset(task);
        switch (type) {
            case EventType.RELEASE -> {
                add(record + CountersDescriptor.RELEASED_OFFSET, 1);
                present(device, 1);
            }
            case EventType.ARRIVE -> arrived(task, segment, device, device, 1);
            case EventType.HAND_OVER -> arrived(task, segment, Math.toIntExact(argument), device, -1);
            case EventType.START -> startNs[device] = timeNs;
            case EventType.END -> busy(device, timeNs);
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
        buffer.putLongRelease(CountersDescriptor.UPDATED_OFFSET, timeNs - zeroNs);
    }

    /** A job goes where its next segment runs; what goes elsewhere is the empty slot of a job that has ended, going home. */
    private void arrived(final int task, final int segment, final int target, final int device, final long change) {
        final Task known = tasks[task];
        if (known != null && known.segments().get(segment).device() == target) {
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

    private void busy(final int device, final long endNs) {
        if (startNs[device] != 0) {
            add(CountersDescriptor.deviceOffset(taskCapacity, device) + CountersDescriptor.BUSY_OFFSET, endNs - startNs[device]);
            startNs[device] = 0;
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
        Files.deleteIfExists(path);
    }
}
