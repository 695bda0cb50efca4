// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.tactus.model.Boundary;
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
 * @param conditions what the machine did meanwhile, such as {@code others: idle}
 * @param tasks      tasks with a network
 */
public record WcetSidecar(
    String taskSet, String machine, String measuredAt, double margin, Map<String, String> conditions, List<TaskWcet> tasks) {

    /**
     * One task.
     *
     * @param name       its name
     * @param model      the network and its cuts, as {@link #modelText} writes them
     * @param segments   in order of execution, once for each device and precision
     * @param boundaries what tensors cost between segments on different devices and of different precision, largest sample and margin;
     *                   those that are not named cost nothing
     * @param memory     what the network needs in the memory of the GPU that holds it; empty where none does
     */
    public record TaskWcet(
        String name, String model, List<SegmentWcet> segments, List<Boundary> boundaries, Optional<NetworkMemory> memory) {
        public TaskWcet {
            segments = List.copyOf(segments);
            boundaries = List.copyOf(boundaries);
        }

        /** Makes a task whose network's memory is not scheduled. */
        public TaskWcet(final String name, final String model, final List<SegmentWcet> segments, final List<Boundary> boundaries) {
            this(name, model, segments, boundaries, Optional.empty());
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
     */
    public record SegmentWcet(
        int segment, String device, Precision precision, long wcetNs, Quantiles measured, Map<String, String> basis) {
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
            set.tasks().stream().map(task -> task.model().isEmpty() ? task : measured(set, task)).toList());
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
        return needed.map(known -> timed.withMemory(known.toTask(task.memory().map(TaskMemory::swapBytes).orElse(OptionalLong.empty()))))
            .orElse(timed);
    }

    private Optional<TaskWcet> find(final String task, final ModelSource model) {
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
