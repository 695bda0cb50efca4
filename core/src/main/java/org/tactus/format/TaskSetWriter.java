// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Overheads;
import org.tactus.model.OverrunAction;
import org.tactus.model.Precision;
import org.tactus.model.Release;
import org.tactus.model.Residency;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/**
 * Writes a task set as a file that {@link TaskSetFile} reads back equal, nanosecond for nanosecond. Keys stand in the order of the
 * format's description; what has its default is left out.
 */
public final class TaskSetWriter {
    private final TaskSet set;
    private final Path from;
    private final Path to;

    private TaskSetWriter(final TaskSet set, final Path from, final Path to) {
        this.set = set;
        this.from = from.toAbsolutePath().normalize();
        this.to = to.toAbsolutePath().normalize();
    }

    /**
     * Writes a file; a reader never sees half of it.
     *
     * @param file    where; replaced when it exists
     * @param comment one line that stands first
     * @param set     what to write
     * @param loaded  what it was made from: tells whether overheads are calibrated, and what paths in it are relative to
     * @throws IOException when it cannot be written
     */
    public static void write(final Path file, final String comment, final TaskSet set, final LoadedTaskSet loaded) throws IOException {
        final TaskSetWriter writer = new TaskSetWriter(set, loaded.baseDirectory(), file.toAbsolutePath().getParent());
        YamlOutput.writeCompact(file, comment, writer.root(loaded.overheadsSource()));
    }

    /**
     * Writes a plan: also of which networks and which machine the measured numbers in it are, so that they are refused for others.
     *
     * @param file     where; replaced when it exists
     * @param strategy who planned it
     * @param set      the plan
     * @param loaded   what was planned
     * @throws IOException when it cannot be written
     */
    public static void writePlan(final Path file, final String strategy, final TaskSet set, final LoadedTaskSet loaded)
        throws IOException {
        final TaskSetWriter writer = new TaskSetWriter(set, loaded.baseDirectory(), file.toAbsolutePath().getParent());
        final Map<String, Object> root = writer.root(loaded.overheadsSource());
        final Optional<Map<String, Object>> measured = PlannedFormat.value(loaded, set, strategy, writer::fromHere, writer::moved);
        measured.ifPresent(known -> root.put("measured", known));
        YamlOutput.writeCompact(file, "Planned with " + strategy + " from " + loaded.file().getFileName() + "."
            + (measured.isEmpty() ? "" : " Plan again after each tactus profile: the measured times are in this file."), root);
    }

    private Map<String, Object> root(final OverheadsSource source) {
        final Map<String, Object> root = new LinkedHashMap<>();
        root.put("tactus", 1);
        root.put("name", set.name());
        root.put("policy", set.policy().text());
        root.put("overheads", source == OverheadsSource.DECLARED ? overheads(set.overheads()) : source.text());
        root.put("platform", Map.of("devices", set.platform().devices().stream().map(TaskSetWriter::device).toList()));
        root.put("tasks", set.tasks().stream().map(this::task).toList());
        return root;
    }

    private static Map<String, Object> overheads(final Overheads overheads) {
        final Map<String, Object> map = new LinkedHashMap<>();
        time(map, "releaseJitter", overheads.releaseJitterNs());
        if (overheads.sporadicJitterNs() != overheads.releaseJitterNs()) {
            map.put("sporadicJitter", Durations.exact(overheads.sporadicJitterNs())); // 0 is not the default
        }
        time(map, "dispatch", overheads.dispatchNs());
        time(map, "dispatchPerTask", overheads.dispatchPerTaskNs());
        time(map, "handOff", overheads.handOffNs());
        time(map, "completion", overheads.completionNs());
        time(map, "preemption", overheads.preemptionNs());
        time(map, "childCall", overheads.childCallNs());
        time(map, "stall", overheads.stallNs());
        put(map, "curve", CurveFormat.value(overheads.supply()), "none");
        return map;
    }

    private static Map<String, Object> device(final DeviceSpec device) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", device.name());
        map.put("kind", device.kind().text());
        put(map, "cores", device.cores(), List.of());
        put(map, "driver", device.driver(), "");
        put(map, "index", device.index(), 0);
        device.memory().ifPresent(memory -> memory(map, memory));
        if (device.kind() == DeviceKind.EDGETPU) {
            map.put("sram", Sizes.exact(device.sramBytes()));
            put(map, "link", device.link(), "");
        }
        put(map, "preemption", device.preemption().text(), DeviceSpec.Preemption.SEGMENTS.text());
        put(map, "process", device.process().text(), DeviceSpec.LibraryProcess.usual(device.kind(), device.driver()).text());
        put(map, "compute", device.compute().text(), "");
        return map;
    }

    private static void memory(final Map<String, Object> map, final DeviceMemory memory) {
        map.put("memory", Sizes.exact(memory.capacityBytes()));
        if (!memory.swaps()) {
            return;
        }
        map.put("chunk", Sizes.exact(memory.chunkBytes()));
        map.put("protocol", memory.protocol().text());
        map.put("chunkIn", Durations.exact(memory.chunkInNs() - memory.chunkReadNs()));
        map.put("chunkOut", Durations.exact(memory.chunkOutNs()));
        time(map, "swapInOverhead", memory.swapInOverheadNs());
        time(map, "swapOutOverhead", memory.swapOutOverheadNs());
        put(map, "residency", memory.residency().text(), Residency.SEMANTIC.text());
        put(map, "chunkDrop", Durations.exact(memory.chunkDropNs()), Durations.exact(memory.chunkOutNs()));
        put(map, "background", memory.background(), true);
        memory.weightsFolder().ifPresent(folder -> {
            map.put("weights", folder);
            map.put("chunkRead", Durations.exact(memory.chunkReadNs()));
        });
        memory.duplex().ifPresent(both -> {
            map.put("duplexIn", Durations.exact(both.inNs() - memory.chunkReadNs()));
            map.put("duplexOut", Durations.exact(both.outNs()));
            put(map, "duplexDrop", Durations.exact(both.dropNs()), Durations.exact(both.outNs()));
        });
    }

    private Map<String, Object> task(final Task task) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", task.name());
        if (!task.isAlwaysReady()) {
            map.put("period", Durations.exact(task.periodNs()));
        }
        final long tauNs = task.remote().map(Task.Remote::tauNs).orElse(0L); // the file says deadline and offset of the whole job
        if (!task.isBestEffort()) {
            put(map, "deadline", Durations.exact(task.deadlineNs() + tauNs), Durations.exact(task.periodNs()));
        }
        time(map, "offset", task.offsetNs() - tauNs);
        time(map, "jitter", task.jitterNs());
        put(map, "release", task.release() == Release.SPORADIC ? "sporadic" : "periodic", "periodic");
        put(map, "priority", task.priority(), Task.NO_PRIORITY);
        put(map, "onOverrun", task.onOverrun().text(), OverrunAction.CONTINUE.text());
        put(map, "onBacklog", task.onBacklog() == BacklogAction.DROP ? "drop" : "queue", "queue");
        task.memory().ifPresent(memory -> map.put("memory", memory(memory)));
        task.memory().map(TaskMemory::streamBytes).stream().flatMapToLong(OptionalLong::stream)
            .forEach(bytes -> map.put("stream", Sizes.exact(bytes)));
        task.model().ifPresent(model -> map.put("model", model(model)));
        map.put("segments", segments(task));
        task.choices().filter(choices -> !choices.boundaries().isEmpty()).ifPresent(choices -> map.put("boundaries",
            choices.boundaries().stream().map(boundary -> boundary(boundary, task.segments().size())).toList()));
        task.reclaim().ifPresent(reclaim -> {
            final Map<String, Object> budget = new LinkedHashMap<>();
            budget.put("gpuTime", Durations.exact(reclaim.timeNs()));
            budget.put("substitutions", reclaim.substitutions());
            budget.put("largest", Durations.exact(reclaim.largestNs()));
            map.put("reclaim", budget);
        });
        task.remote().ifPresent(remote -> {
            final Map<String, Object> peer = new LinkedHashMap<>();
            peer.put("peer", remote.peer());
            peer.put("tau", Durations.exact(remote.tauNs()));
            put(peer, "gain", remote.gain(), 1.0);
            put(peer, "localGain", remote.localGain(), 0.0);
            map.put("remote", peer);
        });
        put(map, "class", task.serviceClass().text(), Task.ServiceClass.HARD.text());
        return map;
    }

    private List<Object> segments(final Task task) {
        final List<Object> segments = new ArrayList<>();
        for (int j = 0; j < task.segments().size(); j++) {
            final Segment segment = task.segments().get(j);
            final List<Variant> ways = task.choices().isPresent() ? task.choices().get().variants().get(j)
                : List.of(new Variant(segment.device(), segment.precision(), segment.wcetNs(), segment.loss(), segment.actual()));
            if (ways.size() > 1) {
                segments.add(Map.of("variants", ways.stream().map(this::variant).toList()));
            } else {
                final Map<String, Object> map = variant(ways.getFirst());
                segment.offer().ifPresent(offer -> {
                    final Map<String, Object> other = new LinkedHashMap<>();
                    other.put("device", set.platform().devices().get(offer.device()).name());
                    other.put("wcet", Durations.exact(offer.wcetNs()));
                    map.put("offer", other);
                });
                put(map, "preemptable", segment.preemptable(), true);
                put(map, "part", segment.optional() ? "optional" : "mandatory", "mandatory");
                if (!segment.levels().isEmpty()) {
                    map.remove("wcet");
                    map.put("levels", segment.levels().stream().map(this::level).toList());
                }
                segments.add(map);
            }
        }
        return segments;
    }

    private Map<String, Object> level(final Segment.Level level) {
        final Map<String, Object> map = new LinkedHashMap<>();
        if (level.wcetNs() != Segment.UNMEASURED) {
            map.put("wcet", Durations.exact(level.wcetNs()));
        }
        put(map, "gain", level.gain(), 0.0);
        level.model().ifPresent(model -> map.put("model", model(model)));
        return map;
    }

    private static Map<String, Object> boundary(final Boundary boundary, final int segments) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("from", boundary.from() == Boundary.INPUT ? "input" : (Object) boundary.from());
        map.put("to", boundary.to() == segments ? "output" : (Object) boundary.to());
        time(map, "toHost", boundary.toHostNs());
        time(map, "toDevice", boundary.toDeviceNs());
        time(map, "quantise", boundary.quantiseNs());
        time(map, "dequantise", boundary.dequantiseNs());
        return map;
    }

    private Map<String, Object> memory(final TaskMemory memory) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("footprint", Sizes.exact(memory.footprintBytes()));
        memory.swapBytes().ifPresent(bytes -> map.put("swap", Sizes.exact(bytes)));
        if (memory.objectsFile().isPresent()) {
            map.put("objects", moved(memory.objectsFile().get()));
        } else if (memory.scratchBytes() != 0 || memory.stateBytes() != memory.footprintBytes()
            || !memory.segmentConstantBytes().isEmpty()) {
            map.put("scratch", Sizes.exact(memory.scratchBytes()));
            map.put("state", Sizes.exact(memory.stateBytes()));
        }
        if (!memory.segmentConstantBytes().isEmpty()) {
            map.put("constants", memory.segmentConstantBytes().stream().map(Sizes::exact).toList());
        }
        return map;
    }

    private static void putStarts(final Map<String, Object> map, final ModelSource model) {
        if (!model.starts().isEmpty()) {
            map.put("starts", model.starts());
        }
    }

    private Map<String, Object> model(final ModelSource model) {
        final Map<String, Object> map = new LinkedHashMap<>();
        switch (model) {
            case ModelSource.OnnxFile file -> {
                map.put("file", moved(file.path()));
                map.put("cuts", file.cuts());
                putStarts(map, model);
                if (!file.dims().isEmpty()) {
                    map.put("dims", file.dims());
                }
                if (!file.shapes().isEmpty()) {
                    map.put("shapes", file.shapes());
                }
                if (!file.inputs().isEmpty()) {
                    map.put("inputs", file.inputs());
                }
                return map;
            }
            case ModelSource.Zoo zoo -> {
                map.put("zoo", zoo.name());
                map.put("size", zoo.size());
            }
            case ModelSource.TfLiteFiles files -> {
                map.put("files", files.paths().stream().map(this::moved).toList());
                return map;
            }
        }
        map.put("cuts", model.cuts());
        putStarts(map, model);
        return map;
    }

    /** A path that means the same file from the new place; an absolute one becomes relative where it lies in the source's folder. */
    private String fromHere(final String path) {
        final Path there = Path.of(path).normalize();
        return there.isAbsolute() && there.startsWith(from) ? to.relativize(there).toString() : moved(path);
    }

    /** A path that means the same file from the new place. */
    private String moved(final String path) {
        return Path.of(path).isAbsolute() ? path : to.relativize(from.resolve(path).normalize()).toString();
    }

    private Map<String, Object> variant(final Variant variant) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("device", set.platform().devices().get(variant.device()).name());
        put(map, "precision", variant.precision().text(), Precision.FP32.text());
        if (variant.wcetNs() != Segment.UNMEASURED) {
            map.put("wcet", Durations.exact(variant.wcetNs()));
        }
        put(map, "loss", variant.loss(), 0.0);
        put(map, "actual", actual(variant.actual()), actual(ActualTime.WCET));
        return map;
    }

    private static Object actual(final ActualTime actual) {
        return actual.lowShare() == actual.highShare() ? actual.lowShare()
            : Map.of("uniform", List.of(actual.lowShare(), actual.highShare()));
    }

    private static void time(final Map<String, Object> map, final String key, final long ns) {
        put(map, key, Durations.exact(ns), Durations.exact(0));
    }

    private static void put(final Map<String, Object> map, final String key, final Object value, final Object usual) {
        if (!value.equals(usual)) {
            map.put(key, value);
        }
    }
}
