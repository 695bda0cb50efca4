// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What the segments of a task set execute. Filled by the program before the launch; one thread at a time.
 *
 * <p>A segment for which nothing is given takes its time: on a CPU device it spins, on an accelerator the device is busy for that long. A
 * task with a {@code model} runs its network. Names and indices are checked when the tasks are admitted, so a name that no task bears is
 * an error then, not a silent omission.
 */
public final class Workload {
    private final Map<String, Map<Integer, SegmentCode>> code = new HashMap<>();
    private final Map<String, NetworkPort.Factory> ports = new HashMap<>();
    private final Map<String, Offering> offerings = new HashMap<>();
    private Path folder = Path.of("");

    /**
     * What the jobs of a task carry that is offered to a second machine. Called by a thread of Tactus without real-time priority, one job
     * after another: it neither blocks nor allocates, and what it takes comes off the time that an answer has.
     */
    public interface Offering {
        /**
         * The largest input or output; what is longer is cut off.
         *
         * @return bytes, at most 1,000 KiB
         */
        int largestBytes();

        /**
         * Writes the input of a job, at its nominal release.
         *
         * @param job   number of the nominal release in its task, from 0
         * @param input {@link #largestBytes} bytes outside the heap, the same ones for each job
         * @return how many bytes were written
         */
        int fill(long job, MemorySegment input);

        /**
         * Takes the output of a job that a second machine has answered in time: no segment of it runs here. A job that is not answered runs
         * its segments, and this is not called.
         *
         * @param job    number of the nominal release in its task
         * @param output outside the heap, valid until the call returns
         * @param bytes  how many of its bytes are the output
         */
        void answered(long job, MemorySegment output, int bytes);
    }

    /** Makes an empty workload: every segment takes its time, and networks lie relative to the working directory. */
    public Workload() {
        // the fields say it
    }

    /**
     * Gives a segment of a CPU device its code.
     *
     * @param task    name of a task without a model
     * @param segment index of the segment in the task, from 0
     * @param what    the code
     * @return this
     */
    public Workload code(final String task, final int segment, final SegmentCode what) {
        Objects.requireNonNull(task, "task: give the name of a task");
        Objects.requireNonNull(what, () -> "code for segment " + segment + " of task '" + task + "' is null; give a function");
        code.computeIfAbsent(task, name -> new HashMap<>()).put(segment, what);
        return this;
    }

    /**
     * Gives a network its port.
     *
     * @param task name of a task with a model
     * @param port makes the port when the network is loaded
     * @return this
     */
    public Workload port(final String task, final NetworkPort.Factory port) {
        Objects.requireNonNull(task, "task: give the name of a task");
        ports.put(task, Objects.requireNonNull(port, () -> "the port of task '" + task + "' is null; give a factory"));
        return this;
    }

    /**
     * Says what the jobs of a task carry that is offered to a second machine; without it they carry nothing.
     *
     * @param task name of a task that is offered
     * @param what writes inputs and takes outputs
     * @return this
     */
    public Workload offering(final String task, final Offering what) {
        Objects.requireNonNull(task, "task: give the name of a task");
        offerings.put(task, Objects.requireNonNull(what, () -> "the offering of task '" + task + "' is null; give one"));
        return this;
    }

    /**
     * The offerings that were given.
     *
     * @return by name of the task; a copy
     */
    public Map<String, Offering> offerings() {
        return Map.copyOf(offerings);
    }

    /**
     * Says where the files of networks lie.
     *
     * @param directory folder that relative paths of models count from; default the working directory
     * @return this
     */
    public Workload networks(final Path directory) {
        folder = Objects.requireNonNull(directory, "directory: give a folder");
        return this;
    }

    /**
     * The code that was given.
     *
     * @return by name of the task and index of the segment; a copy
     */
    public Map<String, Map<Integer, SegmentCode>> code() {
        final Map<String, Map<Integer, SegmentCode>> copy = new HashMap<>();
        code.forEach((task, segments) -> copy.put(task, Map.copyOf(segments)));
        return Map.copyOf(copy);
    }

    /**
     * The ports that were given.
     *
     * @return by name of the task; a copy
     */
    public Map<String, NetworkPort.Factory> ports() {
        return Map.copyOf(ports);
    }

    /**
     * Where the files of networks lie.
     *
     * @return the folder that relative paths count from
     */
    public Path folder() {
        return folder;
    }
}
