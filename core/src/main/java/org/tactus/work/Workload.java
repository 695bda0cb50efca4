// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.tactus.model.Task;

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
    private final Map<String, Consumer<Gains>> gains = new HashMap<>();
    private final Map<String, Offering> offerings = new HashMap<>();
    private final Map<String, GpuCode.Factory> gpuCode = new HashMap<>();
    private Path folder = Path.of("");

    /**
     * Where a program writes what the levels of one task are worth, job by job: what it says goes before the gains of the set. The values
     * lie outside the Java heap; a write allocates nothing and takes no lock.
     */
    public interface Gains {
        /**
         * Says what a level is worth from now on. A choice that is being made may still take the old value, and no guarantee depends on
         * either. Any thread, such as a {@link NetworkPort} or {@link SegmentCode}, one at a time for each segment. After the task's end it
         * does nothing; no call may overlap with the removal of the task.
         *
         * @param segment index of a segment with levels in the task, from 0
         * @param level   index of the level, from 0, the guaranteed one
         * @param gain    how much it is worth, counted from 0: less, or what is no number, counts as 0. A level is only taken if its gain
         *                is above that of level 0
         * @throws IllegalArgumentException when there is no such segment or level
         */
        void set(int segment, int level, double gain);
    }

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

    /**
     * Code of the program for a segment on a GPU, with native libraries that allocate by the CUDA driver's own calls. It is opened before
     * time zero, and gets all its memory then.
     */
    public interface GpuCode extends AutoCloseable {
        /** Opens the code of a task. */
        @FunctionalInterface
        interface Factory {
            /**
             * Loads libraries, lets them allocate, and fills their memory, all of which is there for the time of the call. What was queued
             * in streams is awaited when it returns. Called by the thread that launches, with the GPU's context current.
             *
             * @param memory which libraries get the task's memory, and what for
             * @return the code
             * @throws Exception when it fails; the launch fails then
             */
            GpuCode open(GpuMemory memory) throws Exception;
        }

        /**
         * Does the segment's part of one job. The device's dispatcher calls it, with the GPU's context current and all of the task's memory
         * there; the segment ends when this has returned and the stream is done, so what is queued elsewhere is awaited here. While it
         * waits its dispatcher serves nobody, as on a CPU device.
         *
         * @param job    number of the job in its task, from 0
         * @param stream the device's stream, a {@code CUstream}
         * @throws Exception when it fails; the task stops and the listener is told
         */
        void run(long job, long stream) throws Exception;

        /** Frees what it has; called once no job runs any more. The task's memory is given back behind it, freed or not. */
        @Override
        default void close() {
            // memory goes with its task
        }
    }

    /** The memory of a task on a GPU, as its libraries get it. Used while {@link GpuCode.Factory#open} runs, by its thread. */
    public interface GpuMemory {
        /** What memory is for. */
        enum Kind {
            /** Written before the first job and never again, such as weights: dropped when it is swapped out. */
            CONSTANTS,
            /** Lives from job to job: copied both ways. */
            STATE,
            /** Dead at the end of each job: other tasks write there. */
            SCRATCH
        }

        /**
         * Gives a library memory of the task whenever it calls an allocation function of the CUDA driver, here and nowhere else. Its own
         * slots for these functions are changed, so a library that calls them for it, such as a runtime, is adopted in its place.
         *
         * @param library its file; loaded, and not yet called
         * @throws IllegalStateException when it is not loaded, or calls no such function, or the machine does not let its calls be changed
         */
        void adopt(Path library);

        /**
         * Says what the memory is for that is asked for from now on.
         *
         * @param next {@link Kind#STATE} until it is called
         */
        void asksFor(Kind next);
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
     * Gives a level of a segment of a CPU device its code. The levels that run are those from 0 on that have code.
     *
     * @param task    name of a task without a model
     * @param segment index of the segment in the task, from 0
     * @param level   index of the level, from 0; of level 0 it is what {@link #code(String, int, SegmentCode)} gives
     * @param what    the code
     * @return this
     */
    public Workload code(final String task, final int segment, final int level, final SegmentCode what) {
        return code(level == 0 ? task : Task.levelName(task, segment, level), segment, what);
    }

    /**
     * Gives the segment of a task on a GPU its code, with libraries that allocate by the CUDA driver.
     *
     * @param task name of a task without a model, of one segment on a device of kind {@code cuda}, with {@code memory}
     * @param what opens the code at the launch
     * @return this
     */
    public Workload gpu(final String task, final GpuCode.Factory what) {
        Objects.requireNonNull(task, "task: give the name of a task");
        gpuCode.put(task, Objects.requireNonNull(what, () -> "the code of task '" + task + "' is null; give a factory"));
        return this;
    }

    /**
     * The code for GPUs that was given.
     *
     * @return by name of the task; a copy
     */
    public Map<String, GpuCode.Factory> gpu() {
        return Map.copyOf(gpuCode);
    }

    /**
     * Gives the network of a level its port.
     *
     * @param task    name of a task whose levels have models
     * @param segment index of the segment in the task, from 0
     * @param level   index of the level, from 0
     * @param port    makes the port when the network is loaded
     * @return this
     */
    public Workload port(final String task, final int segment, final int level, final NetworkPort.Factory port) {
        Objects.requireNonNull(task, "task: give the name of a task");
        return port(Task.levelName(task, segment, level), port);
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
     * Lets the program say job by job what a task's levels are worth.
     *
     * @param task     name of a task with levels
     * @param receiver given where to write the gains, once for each task that is admitted under the name, before its first job; called by
     *                 the thread that launches or adds the task
     * @return this
     */
    public Workload gains(final String task, final Consumer<Gains> receiver) {
        Objects.requireNonNull(task, "task: give the name of a task");
        gains.put(task, Objects.requireNonNull(receiver,
            () -> "the receiver of the gains of task '" + task + "' is null; give a function"));
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
     * @return by name of the task and index of the segment, of a level above 0 by its {@link Task#levelName}; a copy
     */
    public Map<String, Map<Integer, SegmentCode>> code() {
        final Map<String, Map<Integer, SegmentCode>> copy = new HashMap<>();
        code.forEach((task, segments) -> copy.put(task, Map.copyOf(segments)));
        return Map.copyOf(copy);
    }

    /**
     * The ports that were given.
     *
     * @return by name of the task, or {@link Task#levelName} of a level; a copy
     */
    public Map<String, NetworkPort.Factory> ports() {
        return Map.copyOf(ports);
    }

    /**
     * The receivers of gains that were given.
     *
     * @return by name of the task; a copy
     */
    public Map<String, Consumer<Gains>> gains() {
        return Map.copyOf(gains);
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
