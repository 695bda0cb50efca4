// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.file.FileCheck;
import org.tactus.internal.text.Printable;
import org.tactus.model.Task;

/**
 * Reads the counters that another process writes while it runs; see {@link CountersDescriptor}. Read-only; the mapping and the file
 * are released when this becomes unreachable. Any thread.
 */
public final class CountersReader implements AutoCloseable {
    /** A record that is found half written so often was left by a writer that was killed. */
    private static final int READS = 1000;

    private final AtomicBuffer buffer;
    /** Null for counters in this process's memory alone. */
    private final FileChannel channel;
    /** The writer, when it lives in this process; null otherwise. */
    private final CountersFile own;
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
     * @param minNs      least response, nanoseconds; 0 before the first
     * @param sumNs      sum of all responses, nanoseconds
     * @param residentBytes     bytes of the task that are in its device's memory; 0 of a task without memory
     * @param mostResidentBytes the same with everything in
     */
    public record TaskCounters(
        int index, String name, boolean live, long periodNs, long deadlineNs, OptionalLong boundNs, long released, long jobs, long misses,
        long overruns, long skipped, long aborted, long lastNs, long maxNs, long minNs, long sumNs, long residentBytes,
        long mostResidentBytes) {
        /**
         * Whether the task's jobs can be late.
         *
         * @return false for a best-effort task
         */
        public boolean hasDeadline() {
            return deadlineNs != Task.NO_DEADLINE;
        }

        /**
         * Whether the task has a period.
         *
         * @return false for a task whose next job is released when the one before it has ended
         */
        public boolean hasPeriod() {
            return periodNs != Task.NO_PERIOD;
        }
    }

    /**
     * A device as it stands.
     *
     * @param name    the device
     * @param busyNs  time during which segments ran, nanoseconds; the one that runs included
     * @param present jobs that wait for it or run on it
     * @param residentBytes bytes that tasks have in its memory now; 0 without memory
     * @param capacityBytes bytes of its memory; 0 without
     * @param moves         moves of chunks that have ended
     */
    public record DeviceCounters(String name, long busyNs, long present, long residentBytes, long capacityBytes, long moves) {
    }

    /**
     * Opens a file. It must be a regular one; symbolic links are not followed.
     *
     * @param path where, such as one of {@link #list}
     * @throws IOException when there is none, or it is not one of ours, with what would be right
     */
    public CountersReader(final Path path) throws IOException {
        FileCheck.requireRegular(path);
        own = CountersFile.held(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
        channel = own != null ? own.channel() : FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        final long bytes = channel.size();
        if (bytes < CountersDescriptor.HEAD_LENGTH || bytes > Integer.MAX_VALUE) {
            throw refused(path, bytes + " bytes are no counters file");
        }
        final ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
        buffer = new UnsafeBuffer(mapped);
        if (buffer.getLongVolatile(CountersDescriptor.MAGIC_OFFSET) != CountersDescriptor.MAGIC) {
            throw refused(path, "not a counters file, or one that is being made; try again");
        }
        final int version = buffer.getInt(CountersDescriptor.VERSION_OFFSET);
        if (version != CountersDescriptor.VERSION) {
            throw refused(path, "version " + version + " of the counters file; this program reads version "
                + CountersDescriptor.VERSION + ", use the one that made the file");
        }
        taskCapacity = buffer.getInt(CountersDescriptor.TASK_CAPACITY_OFFSET);
        deviceCount = buffer.getInt(CountersDescriptor.DEVICE_COUNT_OFFSET);
        segmentCapacity = buffer.getInt(CountersDescriptor.SEGMENT_CAPACITY_OFFSET);
        final long hotBytes = buffer.getLong(CountersDescriptor.HOT_LENGTH_OFFSET);
        final long wanted = CountersDescriptor.HEAD_LENGTH + (long) taskCapacity * CountersDescriptor.TASK_LENGTH
            + (long) deviceCount * CountersDescriptor.DEVICE_LENGTH + hotBytes;
        if (taskCapacity < 0 || deviceCount < 0 || segmentCapacity < 0 || hotBytes < 0 || wanted != buffer.capacity()) {
            throw refused(path, buffer.capacity() + " bytes, but its head asks for " + wanted + "; the file is damaged");
        }
    }

    /** Reads counters of this process that lie in no file. */
    CountersReader(final AtomicBuffer counters) {
        buffer = counters;
        channel = null;
        own = null;
        taskCapacity = buffer.getInt(CountersDescriptor.TASK_CAPACITY_OFFSET);
        deviceCount = buffer.getInt(CountersDescriptor.DEVICE_COUNT_OFFSET);
        segmentCapacity = buffer.getInt(CountersDescriptor.SEGMENT_CAPACITY_OFFSET);
    }

    private IOException refused(final Path path, final String why) throws IOException {
        if (own == null) {
            channel.close();
        }
        return new IOException(Printable.line(path) + ": " + why);
    }

    /**
     * Finds the counters of this user that lie in the usual folder. What only has such a name, like a pipe or a link, is left out.
     *
     * @return files; one may be left by a process that was killed, see {@link #isAlive}
     * @throws IOException when the folder cannot be read
     */
    public static List<Path> list() throws IOException {
        try (Stream<Path> files = Files.list(CountersFile.folder())) {
            return files.filter(CountersFile::isCounters).filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                .filter(FileCheck::isOwn).sorted().toList();
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
            try (CountersReader reader = new CountersReader(file)) {
                if (!reader.isHeld()) {
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
        return acquire(CountersDescriptor.ENDED_OFFSET) == 0 && isHeld();
    }

    /** Whether the process that made the counters has them still; a run that has ended keeps them until it is closed. */
    private boolean isHeld() {
        return channel == null || (own != null ? own.isOpen() : isLocked(channel, pid()));
    }

    /** Only a process that lives holds a lock; its number would mean another process in another namespace. */
    private static boolean isLocked(final FileChannel channel, final long pid) {
        synchronized (CountersReader.class) { // two readers of one process would be in each other's way
            try (FileLock free = channel.tryLock(0, Long.MAX_VALUE, true)) {
                return free == null;
            } catch (final IOException e) { // a file system without locks
                return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
            }
        }
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
            task(i).ifPresent(tasks::add);
        }
        return tasks;
    }

    /** A task's record, whose words are all of one task; empty when there is none. */
    private Optional<TaskCounters> task(final int index) {
        final int record = CountersDescriptor.taskOffset(index);
        final int changes = record + CountersDescriptor.CHANGES_OFFSET;
        for (int i = 0; i < READS; i++) {
            final long begun = RecordVersion.beginRead(buffer, changes);
            final long state = acquire(record + CountersDescriptor.STATE_OFFSET);
            final Optional<TaskCounters> task =
                state == CountersDescriptor.STATE_FREE ? Optional.empty() : Optional.of(task(index, record, state));
            if (RecordVersion.isUnchanged(buffer, changes, begun)) {
                return task;
            }
            Thread.onSpinWait();
        }
        return Optional.empty();
    }

    private TaskCounters task(final int index, final int record, final long state) {
        final long boundNs = acquire(record + CountersDescriptor.BOUND_OFFSET);
        return new TaskCounters(index, name(record), state == CountersDescriptor.STATE_LIVE,
            buffer.getLong(record + CountersDescriptor.PERIOD_OFFSET), buffer.getLong(record + CountersDescriptor.DEADLINE_OFFSET),
            boundNs < 0 ? OptionalLong.empty() : OptionalLong.of(boundNs), acquire(record + CountersDescriptor.RELEASED_OFFSET),
            acquire(record + CountersDescriptor.JOBS_OFFSET), acquire(record + CountersDescriptor.MISSES_OFFSET),
            acquire(record + CountersDescriptor.OVERRUNS_OFFSET), acquire(record + CountersDescriptor.SKIPPED_OFFSET),
            acquire(record + CountersDescriptor.ABORTED_OFFSET), acquire(record + CountersDescriptor.LAST_OFFSET),
            acquire(record + CountersDescriptor.MAX_OFFSET), acquire(record + CountersDescriptor.MIN_OFFSET),
            acquire(record + CountersDescriptor.SUM_OFFSET), acquire(record + CountersDescriptor.RESIDENT_OFFSET),
            acquire(record + CountersDescriptor.MOST_RESIDENT_OFFSET));
    }

    /**
     * Reads how the responses of a task are distributed so far.
     *
     * @param index index of the task
     * @return counts, each read whole, but not all at one instant
     */
    public ResponseBuckets responses(final int index) {
        final int at = CountersDescriptor.taskOffset(index) + CountersDescriptor.BUCKETS_OFFSET;
        final long[] counts = new long[ResponseBuckets.COUNT];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = acquire(at + i * Long.BYTES);
        }
        return new ResponseBuckets(counts);
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
            final long endedNs = acquire(record + CountersDescriptor.BUSY_OFFSET); // first: see RUNNING_SINCE_OFFSET
            final long since = acquire(record + CountersDescriptor.RUNNING_SINCE_OFFSET);
            devices.add(new DeviceCounters(name(record), endedNs + (since == 0 ? 0 : Math.max(0, updatedNs() - (since - 1))),
                acquire(record + CountersDescriptor.PRESENT_OFFSET), acquire(record + CountersDescriptor.DEVICE_RESIDENT_OFFSET),
                acquire(record + CountersDescriptor.CAPACITY_OFFSET), acquire(record + CountersDescriptor.MOVES_OFFSET)));
        }
        return devices;
    }

    private String name(final int record) {
        final long length = buffer.getLong(record + CountersDescriptor.NAME_LENGTH_OFFSET);
        final byte[] bytes = new byte[(int) Math.max(0, Math.min(length, CountersDescriptor.MAX_NAME_LENGTH))];
        buffer.getBytes(record + CountersDescriptor.NAME_OFFSET, bytes);
        return Printable.line(new String(bytes, StandardCharsets.US_ASCII)); // foreign text that a terminal will show
    }

    private long acquire(final int offset) {
        return buffer.getLongAcquire(offset);
    }

    /** Gives the file's descriptor back; what was read stays readable. Nothing is known of the writer's life any more. */
    @Override
    public void close() throws IOException {
        if (own == null && channel != null) {
            channel.close();
        }
    }
}
