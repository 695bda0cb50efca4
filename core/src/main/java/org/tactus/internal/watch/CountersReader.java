package org.tactus.internal.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the counters that another process writes while it runs; see {@link CountersDescriptor}. Read-only; the mapping is
 * released when this becomes unreachable. Any thread.
 */
public final class CountersReader {
    private final UnsafeBuffer buffer;
    private final int taskCapacity;
    private final int deviceCount;
    private final int segmentCapacity;

    /**
     * A task as it stands.
     *
     * @param index      index of the task, in the counters and in the hot state
     * @param name       the task
     * @param live       false when it has stopped
     * @param periodNs   nanoseconds
     * @param deadlineNs nanoseconds
     * @param boundNs    nanoseconds; empty without a bound
     * @param released   jobs begun
     * @param jobs       jobs completed
     * @param misses     deadlines missed
     * @param overruns   segments that ran past their WCET
     * @param skipped    releases that became no job
     * @param aborted    jobs that ended without running all their segments
     * @param lastNs     response of the last completed job, nanoseconds
     * @param maxNs      largest response, nanoseconds
     */
    public record TaskCounters(
        int index, String name, boolean live, long periodNs, long deadlineNs, OptionalLong boundNs, long released, long jobs, long misses,
        long overruns, long skipped, long aborted, long lastNs, long maxNs) {
    }

    /**
     * A device as it stands.
     *
     * @param name    the device
     * @param busyNs  time during which segments ran, nanoseconds
     * @param present jobs that wait for it or run on it
     */
    public record DeviceCounters(String name, long busyNs, long present) {
    }

    /**
     * Opens a file.
     *
     * @param path where, such as {@link CountersFile#pathOf}
     * @throws IOException when there is none, or it is not one of ours, with what would be right
     */
    public CountersReader(final Path path) throws IOException {
        final ByteBuffer mapped;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            final long bytes = channel.size();
            if (bytes < CountersDescriptor.HEAD_LENGTH || bytes > Integer.MAX_VALUE) {
                throw new IOException(path + ": " + bytes + " bytes are no counters file");
            }
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
        }
        buffer = new UnsafeBuffer(mapped);
        if (buffer.getLongVolatile(CountersDescriptor.MAGIC_OFFSET) != CountersDescriptor.MAGIC) {
            throw new IOException(path + ": not a counters file, or one that is being made; try again");
        }
        final int version = buffer.getInt(CountersDescriptor.VERSION_OFFSET);
        if (version != CountersDescriptor.VERSION) {
            throw new IOException(path + ": version " + version + " of the counters file; this program reads version "
                + CountersDescriptor.VERSION + ", use the one that made the file");
        }
        taskCapacity = buffer.getInt(CountersDescriptor.TASK_CAPACITY_OFFSET);
        deviceCount = buffer.getInt(CountersDescriptor.DEVICE_COUNT_OFFSET);
        segmentCapacity = buffer.getInt(CountersDescriptor.SEGMENT_CAPACITY_OFFSET);
        final long hotBytes = buffer.getLong(CountersDescriptor.HOT_LENGTH_OFFSET);
        final long wanted = CountersDescriptor.HEAD_LENGTH + (long) taskCapacity * CountersDescriptor.TASK_LENGTH
            + (long) deviceCount * CountersDescriptor.DEVICE_LENGTH + hotBytes;
        if (taskCapacity < 0 || deviceCount < 0 || segmentCapacity < 0 || hotBytes < 0 || wanted != buffer.capacity()) {
            throw new IOException(path + ": " + buffer.capacity() + " bytes, but its head asks for " + wanted + "; the file is damaged");
        }
    }

    /**
     * Finds the counters that lie in the usual folder.
     *
     * @return files; one may be left by a process that was killed, see {@link #isAlive}
     * @throws IOException when the folder cannot be read
     */
    public static List<Path> list() throws IOException {
        try (Stream<Path> files = Files.list(CountersFile.folder())) {
            return files.filter(CountersFile::isCounters).sorted().toList();
        }
    }

    /**
     * Finds what killed processes left in the usual folder: files of ours whose process is gone.
     *
     * @return files
     * @throws IOException when the folder cannot be read
     */
    public static List<Path> stale() throws IOException {
        final List<Path> left = new ArrayList<>();
        for (final Path file : list()) {
            try {
                if (!new CountersReader(file).isAlive()) {
                    left.add(file);
                }
            } catch (final IOException e) {
                continue; // of another version, being made, or not ours to read: not ours to judge
            }
        }
        return left;
    }

    /**
     * The hot state as the process writes it, without any order between its words.
     *
     * @return read-only memory; empty when the file holds none
     */
    public AtomicBuffer hotState() {
        final int at = CountersDescriptor.hotOffset(taskCapacity, deviceCount);
        return new UnsafeBuffer(buffer, at, buffer.capacity() - at);
    }

    /**
     * Number of task records, in the counters and in the hot state.
     *
     * @return a count
     */
    public int taskCapacity() {
        return taskCapacity;
    }

    /**
     * Number of segment records in the hot state.
     *
     * @return a count
     */
    public int segmentCapacity() {
        return segmentCapacity;
    }

    /**
     * Number of the process that writes.
     *
     * @return a process number
     */
    public long pid() {
        return buffer.getLong(CountersDescriptor.PID_OFFSET);
    }

    /**
     * Tells whether the run goes on.
     *
     * @return false when it has ended or its process is gone
     */
    public boolean isAlive() {
        return acquire(CountersDescriptor.ENDED_OFFSET) == 0 && ProcessHandle.of(pid()).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * When the run began.
     *
     * @return milliseconds since 1970
     */
    public long startMillis() {
        return buffer.getLong(CountersDescriptor.STARTED_OFFSET);
    }

    /**
     * Time of the last event.
     *
     * @return nanoseconds since time zero
     */
    public long updatedNs() {
        return acquire(CountersDescriptor.UPDATED_OFFSET);
    }

    /**
     * Events that the counters lack.
     *
     * @return a count
     */
    public long dropped() {
        return acquire(CountersDescriptor.DROPPED_OFFSET);
    }

    /**
     * Reads all tasks that are or were there, by index.
     *
     * @return their counters
     */
    public List<TaskCounters> tasks() {
        final List<TaskCounters> tasks = new ArrayList<>();
        for (int i = 0; i < taskCapacity; i++) {
            final int record = CountersDescriptor.taskOffset(i);
            // The acquire sees what the writer put before its release of this state: name and limits.
            final long state = acquire(record + CountersDescriptor.STATE_OFFSET);
            if (state != CountersDescriptor.STATE_FREE) {
                final TaskCounters task = task(i, record, state);
                if (acquire(record + CountersDescriptor.STATE_OFFSET) != CountersDescriptor.STATE_FREE) {
                    tasks.add(task);
                }
            }
        }
        return tasks;
    }

    private TaskCounters task(final int index, final int record, final long state) {
        final long boundNs = acquire(record + CountersDescriptor.BOUND_OFFSET);
        return new TaskCounters(index, name(record), state == CountersDescriptor.STATE_LIVE,
            buffer.getLong(record + CountersDescriptor.PERIOD_OFFSET), buffer.getLong(record + CountersDescriptor.DEADLINE_OFFSET),
            boundNs < 0 ? OptionalLong.empty() : OptionalLong.of(boundNs), acquire(record + CountersDescriptor.RELEASED_OFFSET),
            acquire(record + CountersDescriptor.JOBS_OFFSET), acquire(record + CountersDescriptor.MISSES_OFFSET),
            acquire(record + CountersDescriptor.OVERRUNS_OFFSET), acquire(record + CountersDescriptor.SKIPPED_OFFSET),
            acquire(record + CountersDescriptor.ABORTED_OFFSET), acquire(record + CountersDescriptor.LAST_OFFSET),
            acquire(record + CountersDescriptor.MAX_OFFSET));
    }

    /**
     * Reads all devices, by index.
     *
     * @return their counters
     */
    public List<DeviceCounters> devices() {
        final List<DeviceCounters> devices = new ArrayList<>();
        for (int i = 0; i < deviceCount; i++) {
            final int record = CountersDescriptor.deviceOffset(taskCapacity, i);
            devices.add(new DeviceCounters(name(record), acquire(record + CountersDescriptor.BUSY_OFFSET),
                acquire(record + CountersDescriptor.PRESENT_OFFSET)));
        }
        return devices;
    }

    private String name(final int record) {
        final long length = buffer.getLong(record + CountersDescriptor.NAME_LENGTH_OFFSET);
        final byte[] bytes = new byte[(int) Math.max(0, Math.min(length, CountersDescriptor.MAX_NAME_LENGTH))];
        buffer.getBytes(record + CountersDescriptor.NAME_OFFSET, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private long acquire(final int offset) {
        return buffer.getLongAcquire(offset);
    }
}
