// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.tactus.model.Boundary;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Measured worst-case execution times of a task set's networks.
 *
 * @param taskSet    the set's name
 * @param machine    the machine that measured, as {@link MachineName} tells it
 * @param measuredAt when, for people (ISO 8601)
 * @param margin     share that was added to the largest sample, such as 0.2
 * @param rights     {@code real-time} where the process had the right to SCHED_FIFO, else {@code ordinary}; empty where it is not known
 * @param conditions what the machine did meanwhile, such as {@code others: idle}
 * @param tasks      tasks with a network
 */
public record WcetSidecar(
    String taskSet, String machine, String measuredAt, double margin, String rights, Map<String, String> conditions,
    List<TaskWcet> tasks) {

    /** Makes measurements of which the rights are not known. */
    public WcetSidecar(final String taskSet, final String machine, final String measuredAt, final double margin,
        final Map<String, String> conditions, final List<TaskWcet> tasks) {
        this(taskSet, machine, measuredAt, margin, "", conditions, tasks);
    }

    /**
     * What the WCETs of one network hold for.
     *
     * @param files   digest by path, as {@code sha256:} and 64 digits; empty for a generated network
     * @param runtime name and version of what computed, such as {@code ONNX Runtime 1.29.0}; empty where it is not known
     * @param threads number of threads that computed, at least 1
     * @param starts  the first node of each segment in the order in which nodes run, as it was cut; empty where the estimate decided
     */
    public record Provenance(Map<String, String> files, String runtime, int threads, List<Integer> starts) {
        /** Keeps unmodifiable copies, the files in their order. */
        public Provenance {
            files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
            starts = List.copyOf(starts);
        }

        /**
         * Reads a network's files as they are now.
         *
         * @param set       for the platform
         * @param task      a task with a network
         * @param directory what relative paths count from
         * @param beside    files with weights that an ONNX file names, relative to it
         * @return what a measurement made now holds for
         * @throws IOException when a file cannot be read
         */
        public static Provenance now(final TaskSet set, final Task task, final Path directory, final List<String> beside)
            throws IOException {
            final ModelSource model = task.model().orElseThrow();
            return new Provenance(ProfileCheck.files(model, directory, beside), ProfileCheck.runtime(set, task).orElse(""),
                ProfileCheck.threads(set, task), model.starts());
        }

        /** The same with the places of cuts. */
        public Provenance withStarts(final List<Integer> places) {
            return new Provenance(files, runtime, threads, places);
        }
    }

    /**
     * The rights that count for a measurement.
     *
     * @return {@code real-time} where this process may use SCHED_FIFO, else {@code ordinary}
     */
    public static String currentRights() {
        return ProfileCheck.rights();
    }

    /**
     * One task.
     *
     * @param name       its name
     * @param model      the network and its cuts, as {@link #modelText} writes them
     * @param provenance what the times hold for; empty in files of older versions
     * @param segments   in order of execution, once for each device and precision
     * @param boundaries what tensors cost between segments on different devices and of different precision, largest sample and margin;
     *                   those that are not named cost nothing
     * @param memory     what the network needs in the memory of the GPU that holds it; empty where none does
     */
    public record TaskWcet(
        String name, String model, Optional<Provenance> provenance, List<SegmentWcet> segments, List<Boundary> boundaries,
        Optional<NetworkMemory> memory) {
        /** Makes the WCETs of a task that do not say what they hold for. */
        public TaskWcet(final String name, final String model, final List<SegmentWcet> segments, final List<Boundary> boundaries) {
            this(name, model, Optional.empty(), segments, boundaries);
        }

        /** Makes the WCETs of a task whose network's memory is not scheduled. */
        public TaskWcet(
            final String name, final String model, final Optional<Provenance> provenance, final List<SegmentWcet> segments,
            final List<Boundary> boundaries) {
            this(name, model, provenance, segments, boundaries, Optional.empty());
        }

        public TaskWcet {
            segments = List.copyOf(segments);
            boundaries = List.copyOf(boundaries);
        }
    }

    /**
     * What a network needs in a GPU's memory.
     *
     * @param constantBytes weights of each segment, then of each form that is offered, in whole chunks where the device swaps
     * @param scratchBytes  tensors that are dead between two segments
     * @param stateBytes    tensors that must live on
     */
    public record NetworkMemory(List<Long> constantBytes, long scratchBytes, long stateBytes) {
        public NetworkMemory {
            constantBytes = List.copyOf(constantBytes);
        }

        /**
         * All of it.
         *
         * @return bytes
         */
        public long footprintBytes() {
            return ownBytes() + scratchBytes;
        }

        private long ownBytes() {
            return constantBytes.stream().mapToLong(Long::longValue).sum() + stateBytes;
        }

        /**
         * Makes a task's memory of it.
         *
         * @param swapBytes the most that may be out at once; empty when the task is never swapped
         * @return the memory
         */
        public TaskMemory toTask(final OptionalLong swapBytes) {
            return new TaskMemory(footprintBytes(), swapBytes, Optional.empty(), scratchBytes, stateBytes);
        }

        /**
         * Makes the memory of a task of it, and says what each of its segments reads where there are several.
         *
         * @param swapBytes the most that may be out at once; empty when the task is never swapped
         * @param segments  how many the task has
         * @return the memory
         */
        public TaskMemory toTask(final OptionalLong swapBytes, final int segments) {
            return segments == 1 ? toTask(swapBytes)
                : toTask(swapBytes).withSegmentConstantBytes(constantBytes.subList(0, Math.min(segments, constantBytes.size())));
        }

        /**
         * Tells whether memory that a person wrote is enough. Tensors for which there is too little scratch lie in the task's own memory.
         *
         * @param written the memory
         * @return true when all of it has a place
         */
        public boolean fitsInto(final TaskMemory written) {
            return ownBytes() + Math.max(0, scratchBytes - written.scratchBytes()) <= written.footprintBytes() - written.scratchBytes();
        }
    }

    /**
     * One segment on one device. Where the task leaves precisions open, conversions at its borders are not included.
     *
     * @param segment   the segment's place, from 0
     * @param device    the device's name
     * @param precision what it computed with
     * @param wcetNs    largest sample and margin, nanoseconds
     * @param measured  the samples
     * @param basis     what the WCET comes from, by name; empty where only the largest sample and the margin was asked for
     * @param loss      what int8 loses here, in percentage points, as the network's file says; empty where it does not
     */
    public record SegmentWcet(
        int segment, String device, Precision precision, long wcetNs, Quantiles measured, Map<String, String> basis, OptionalDouble loss) {
        /** Makes the WCET of a segment of which nobody measured what it loses. */
        public SegmentWcet(final int segment, final String device, final Precision precision, final long wcetNs, final Quantiles measured,
            final Map<String, String> basis) {
            this(segment, device, precision, wcetNs, measured, basis, OptionalDouble.empty());
        }

        public SegmentWcet {
            basis = Collections.unmodifiableMap(new LinkedHashMap<>(basis));
        }

        /** Makes the WCET of a segment of which only the largest sample and a margin count. */
        public SegmentWcet(final int segment, final String device, final Precision precision, final long wcetNs, final Quantiles measured) {
            this(segment, device, precision, wcetNs, measured, Map.of());
        }
    }

    public WcetSidecar {
        conditions = Map.copyOf(conditions);
        tasks = List.copyOf(tasks);
    }

    /**
     * Finds the WCET of a segment; one that was measured with another network, another cut, device or precision does not count.
     *
     * @param task    the task's name
     * @param model   its network
     * @param index   the segment's place, from 0
     * @param variant the segment's device and precision
     * @return nanoseconds
     */
    public OptionalLong wcetNs(final String task, final ModelSource model, final int index, final NamedVariant variant) {
        return find(task, model).stream().flatMap(known -> known.segments().stream())
            .filter(known -> known.segment() == index && known.device().equals(variant.device())
                && known.precision() == variant.precision())
            .mapToLong(SegmentWcet::wcetNs).findFirst();
    }

    /**
     * Finds what a segment loses in a precision.
     *
     * @param task    the task's name
     * @param model   its network
     * @param index   the segment's place, from 0
     * @param variant the segment's device and precision
     * @return percentage points; empty where nobody measured it
     */
    public OptionalDouble loss(final String task, final ModelSource model, final int index, final NamedVariant variant) {
        return find(task, model).stream().flatMap(known -> known.segments().stream())
            .filter(known -> known.segment() == index && known.device().equals(variant.device())
                && known.precision() == variant.precision())
            .map(SegmentWcet::loss).findFirst().orElse(OptionalDouble.empty());
    }

    /**
     * Finds what tensors cost between segments.
     *
     * @param task  the task's name
     * @param model its network
     * @return the boundaries that were measured
     */
    public List<Boundary> boundaries(final String task, final ModelSource model) {
        return find(task, model).map(TaskWcet::boundaries).orElse(List.of());
    }

    /**
     * Finds what a network needs in the memory of a GPU.
     *
     * @param task  the task's name
     * @param model its network
     * @return what was measured
     */
    public Optional<NetworkMemory> memory(final String task, final ModelSource model) {
        return find(task, model).flatMap(TaskWcet::memory);
    }

    /**
     * Puts the measured WCETs into a set whose tasks name one device for each segment.
     *
     * @param set the set that was measured
     * @return the set, with the WCET of each segment of a network that was measured here, and with the memory of each that has none or too
     *         little
     */
    public TaskSet applyTo(final TaskSet set) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(),
            set.tasks().stream().map(task -> task.model().isEmpty() ? withLevels(set, task) : measured(set, task)).toList());
    }

    /**
     * Puts the measured WCETs into a set, as {@link #applyTo(TaskSet)} does, after a check that they hold for it: the same files, machine,
     * threads, rights and version of what computes.
     *
     * @param set       the set that was measured
     * @param directory what relative paths of models count from
     * @return the set, with the WCET of each segment of a network that was measured here
     * @throws InvalidTaskSetException when they do not hold, with the reason
     */
    public TaskSet applyTo(final TaskSet set, final Path directory) {
        for (int i = 0; i < set.tasks().size(); i++) {
            requireFresh(set, set.tasks().get(i), i, directory);
            for (final Task level : set.tasks().get(i).levelNetworks()) {
                requireFresh(set, level, i, directory);
            }
        }
        return applyTo(set);
    }

    private void requireFresh(final TaskSet set, final Task task, final int index, final Path directory) {
        final Optional<TaskWcet> known = task.model().flatMap(model -> find(task.name(), model));
        final Optional<String> stale = known.flatMap(any -> ProfileCheck.stale(this, set.name(), MachineName.current()))
            .or(() -> known.flatMap(TaskWcet::provenance).flatMap(of -> ProfileCheck.stale(of, set, cut(task, of), directory)));
        if (stale.isPresent()) {
            throw new InvalidTaskSetException("tasks[" + index + "].model", "the WCETs of '" + task.name() + "' " + stale.get()
                + "; measure again");
        }
    }

    /** The task with what was measured of its levels' networks. */
    private Task withLevels(final TaskSet set, final Task task) {
        final List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            final List<Segment.Level> levels = new ArrayList<>();
            for (int k = 0; k < segment.levels().size(); k++) {
                final long knownNs = segment.levels().get(k).wcetNs();
                levels.add(segment.levels().get(k).withWcetNs(task.levelNetwork(i, k)
                    .map(network -> measured(set, network).segments().getFirst().wcetNs()).orElse(knownNs)));
            }
            segments.add(levels.isEmpty() ? segment
                : segment.withWcetNs(levels.getFirst().wcetNs()).withLevels(segment.optional(), levels));
        }
        return task.withSegments(segments);
    }

    private Task measured(final TaskSet set, final Task task) {
        final List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            final String device = set.platform().devices().get(segment.device()).name();
            final OptionalLong wcetNs =
                wcetNs(task.name(), task.model().orElseThrow(), i, new NamedVariant(device, segment.precision(), 1, 0, segment.actual()));
            segments.add(wcetNs.isEmpty() ? segment : segment.withWcetNs(wcetNs.getAsLong()));
        }
        final Optional<NetworkMemory> needed = memory(task.name(), task.model().orElseThrow())
            .filter(known -> task.memory().isEmpty() || !known.fitsInto(task.memory().get()));
        final Task timed = task.withSegments(segments);
        final Task whole = needed.map(known ->
            timed.withMemory(known.toTask(task.memory().map(TaskMemory::swapBytes).orElse(OptionalLong.empty()), task.segments().size())
                .withStreamBytes(task.memory().map(TaskMemory::streamBytes).orElse(OptionalLong.empty())))).orElse(timed);
        return find(task.name(), task.model().orElseThrow()).flatMap(TaskWcet::provenance).map(of -> cut(whole, of)).orElse(whole);
    }

    /** The task with its network cut where it was measured, unless it says where itself. */
    private static Task cut(final Task task, final Provenance measured) {
        final ModelSource model = task.model().orElseThrow();
        return model.starts().isEmpty() ? task.withModel(model.withStarts(measured.starts())) : task;
    }

    Optional<TaskWcet> find(final String task, final ModelSource model) {
        return tasks.stream().filter(known -> known.name().equals(task) && known.model().equals(modelText(model))).findFirst();
    }

    /**
     * Writes a network and its cuts in one line.
     *
     * @param model the network
     * @return such as {@code zoo resnet small, 4 cuts}
     */
    public static String modelText(final ModelSource model) {
        return switch (model) {
            case ModelSource.OnnxFile file -> "file " + file.path() + ", " + file.cuts() + " cuts"
                + (file.dims().isEmpty() ? "" : ", dims " + new TreeMap<>(file.dims()))
                + (file.shapes().isEmpty() ? "" : ", shapes " + new TreeMap<>(file.shapes()));
            case ModelSource.Zoo zoo -> "zoo " + zoo.name() + " " + zoo.size() + ", " + zoo.cuts() + " cuts";
            case ModelSource.TfLiteFiles files -> "files " + String.join(" ", files.paths());
        };
    }
}
