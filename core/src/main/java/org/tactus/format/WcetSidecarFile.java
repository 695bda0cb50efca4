// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tactus.internal.jvm.JvmFlags;
import org.tactus.internal.time.Sizes;
import org.tactus.model.Boundary;
import org.tactus.model.Limits;
import org.tactus.model.Precision;

/** Reads and writes {@code NAME.wcet.yaml}, the measured WCETs beside the task set {@code NAME.yaml}. */
public final class WcetSidecarFile {
    private WcetSidecarFile() {
    }

    /**
     * Tells where the measured WCETs of a task set stand.
     *
     * @param taskSetFile the task-set file
     * @return the file beside it
     */
    public static Path beside(final Path taskSetFile) {
        final String name = String.valueOf(taskSetFile.getFileName());
        return taskSetFile.resolveSibling(name.replaceFirst("\\.ya?ml$", "") + ".wcet.yaml");
    }

    /**
     * Reads the file.
     *
     * @param file the file
     * @return the measurements
     * @throws FileFormatException when it is wrong, with its line
     */
    public static WcetSidecar read(final Path file) {
        JvmFlags.requireModules();
        final YamlValue root = YamlFile.read(file).root();
        root.checkVersion();
        final YamlMap map = root.map(FileSection.WCETS);
        final List<WcetSidecar.TaskWcet> tasks = new ArrayList<>();
        for (final YamlValue value : map.need("tasks", "the list 'tasks'").list()) {
            final YamlMap task = value.map(FileSection.WCETS_OF_TASK);
            final List<WcetSidecar.SegmentWcet> segments = new ArrayList<>();
            for (final YamlValue segment : task.need("segments", "the list 'segments'").list()) {
                segments.add(segment(segment.map(FileSection.WCET_OF_SEGMENT),
                    segments.size()));
            }
            final List<Boundary> boundaries = new ArrayList<>();
            task.find("boundaries").ifPresent(list -> list.list().forEach(boundary ->
                boundaries.add(boundary(boundary.map(FileSection.BOUNDARY)))));
            tasks.add(new WcetSidecar.TaskWcet(task.need("name", "the task's name").text(),
                task.need("model", "such as 'model: zoo resnet small, 4 cuts'").text(), provenance(task), segments, boundaries,
                task.find("memory").map(WcetSidecarFile::memory)));
        }
        return new WcetSidecar(map.need("taskSet", "the set's name").text(), map.need("machine", "the machine's name").text(),
            map.need("measuredAt", "the date").text(), map.need("margin", "'margin: 0.2'").decimal(),
            map.find("rights").map(YamlValue::text).orElse(""), map.find("conditions").map(YamlValue::texts).orElse(Map.of()), tasks);
    }

    static Optional<WcetSidecar.Provenance> provenance(final YamlMap task) {
        return task.find("threads").map(threads -> new WcetSidecar.Provenance(task.find("files").map(YamlValue::texts).orElse(Map.of()),
            task.find("runtime").map(YamlValue::text).orElse(""), (int) threads.integer(1, Short.MAX_VALUE),
            task.find("starts").map(starts -> starts.list().stream().map(start -> (int) start.integer(0, Integer.MAX_VALUE)).toList())
                .orElse(List.of())));
    }

    private static WcetSidecar.NetworkMemory memory(final YamlValue value) {
        final YamlMap map = value.map(FileSection.MEMORY_OF_NETWORK);
        final WcetSidecar.NetworkMemory memory = new WcetSidecar.NetworkMemory(
            map.need("constants", "'constants: [12MiB]', one size a segment").list().stream().map(YamlValue::sizeBytes).toList(),
            map.need("scratch", "'scratch: 1MiB'").sizeBytes(), map.need("state", "'state: 0B'").sizeBytes());
        final YamlValue footprint = map.need("footprint", "'footprint: 13MiB', the sum of the others");
        long leftBytes = Long.MAX_VALUE - memory.scratchBytes();
        for (final long bytes : Stream.concat(memory.constantBytes().stream(), Stream.of(memory.stateBytes())).toList()) {
            if (bytes > leftBytes) {
                throw footprint.error("footprint: constants, scratch and state are more bytes than can be counted; measure again: tactus"
                    + " profile");
            }
            leftBytes -= bytes;
        }
        if (footprint.sizeBytes() != memory.footprintBytes() || memory.footprintBytes() == 0) {
            throw footprint.error("footprint: constants, scratch and state add up to " + Sizes.exact(memory.footprintBytes())
                + "; measure again: tactus profile");
        }
        return memory;
    }

    private static Map<String, Object> entry(final WcetSidecar.NetworkMemory memory) {
        final Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("footprint", Sizes.exact(memory.footprintBytes()));
        entry.put("constants", memory.constantBytes().stream().map(Sizes::exact).toList());
        entry.put("scratch", Sizes.exact(memory.scratchBytes()));
        entry.put("state", Sizes.exact(memory.stateBytes()));
        return entry;
    }

    private static WcetSidecar.SegmentWcet segment(final YamlMap map, final int place) {
        final YamlValue wcet = map.need("wcet", "'wcet: 3ms'");
        final long wcetNs = wcet.durationNs();
        if (wcetNs == 0) {
            throw wcet.error("wcet: the time must be above 0");
        }
        return new WcetSidecar.SegmentWcet(
            map.find("segment").map(segment -> (int) segment.integer(0, Limits.MAX_SEGMENTS_PER_TASK - 1)).orElse(place),
            map.need("device", "'device: cpu0'").text(),
            map.find("precision").map(precision -> precision.oneOf(TaskReader.PRECISION)).orElse(Precision.FP32), wcetNs,
            Quantiles.read(map), map.find("basis").map(YamlValue::texts).orElse(Map.of()),
            map.find("loss").map(loss -> OptionalDouble.of(loss.decimal())).orElse(OptionalDouble.empty()));
    }

    private static Boundary boundary(final YamlMap map) {
        return new Boundary(
            (int) map.need("from", "'from: 0', or -1 for the input").integer(Boundary.INPUT, Limits.MAX_SEGMENTS_PER_TASK - 1),
            (int) map.need("to", "'to: 1'").integer(0, Limits.MAX_SEGMENTS_PER_TASK), map.durationNs("toHost", 0),
            map.durationNs("toDevice", 0), map.durationNs("quantise", 0), map.durationNs("dequantise", 0));
    }

    /**
     * Writes the file; replaces an older one at once.
     *
     * @param file    the file
     * @param sidecar the measurements
     * @throws IOException when it cannot be written
     */
    public static void write(final Path file, final WcetSidecar sidecar) throws IOException {
        final Map<String, Object> root = new LinkedHashMap<>();
        root.put("tactus", 1);
        root.put("taskSet", sidecar.taskSet());
        root.put("machine", sidecar.machine());
        root.put("measuredAt", sidecar.measuredAt());
        root.put("margin", sidecar.margin());
        if (!sidecar.rights().isEmpty()) {
            root.put("rights", sidecar.rights());
        }
        if (!sidecar.conditions().isEmpty()) {
            root.put("conditions", new TreeMap<>(sidecar.conditions()));
        }
        final List<Object> tasks = new ArrayList<>();
        for (final WcetSidecar.TaskWcet task : sidecar.tasks()) {
            final List<Object> segments = new ArrayList<>();
            for (final WcetSidecar.SegmentWcet segment : task.segments()) {
                final Map<String, Object> entry = new LinkedHashMap<>();
                if (segment.segment() != segments.size()) {
                    entry.put("segment", segment.segment());
                }
                entry.put("device", segment.device());
                if (segment.precision() != Precision.FP32) {
                    entry.put("precision", segment.precision().text());
                }
                entry.put("wcet", segment.wcetNs() + "ns");
                entry.putAll(segment.measured().entries());
                segment.loss().ifPresent(loss -> entry.put("loss", loss));
                if (!segment.basis().isEmpty()) {
                    entry.put("basis", segment.basis());
                }
                segments.add(entry);
            }
            final Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", task.name());
            entry.put("model", task.model());
            task.provenance().ifPresent(provenance -> write(entry, provenance));
            task.memory().ifPresent(memory -> entry.put("memory", entry(memory)));
            entry.put("segments", segments);
            if (!task.boundaries().isEmpty()) {
                entry.put("boundaries", task.boundaries().stream().map(WcetSidecarFile::entry).toList());
            }
            tasks.add(entry);
        }
        root.put("tasks", tasks);
        YamlOutput.write(file, "Measured by 'tactus profile'; wcet is the largest sample and the margin, or what its basis says.", root);
    }

    static void write(final Map<String, Object> entry, final WcetSidecar.Provenance provenance) {
        if (!provenance.files().isEmpty()) {
            entry.put("files", provenance.files());
        }
        if (!provenance.runtime().isEmpty()) {
            entry.put("runtime", provenance.runtime());
        }
        entry.put("threads", provenance.threads());
        if (!provenance.starts().isEmpty()) {
            entry.put("starts", provenance.starts());
        }
    }

    private static Map<String, Object> entry(final Boundary boundary) {
        final Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("from", boundary.from());
        entry.put("to", boundary.to());
        if (boundary.toHostNs() > 0 || boundary.toDeviceNs() > 0) {
            entry.put("toHost", boundary.toHostNs() + "ns");
            entry.put("toDevice", boundary.toDeviceNs() + "ns");
        }
        entry.put("quantise", boundary.quantiseNs() + "ns");
        entry.put("dequantise", boundary.dequantiseNs() + "ns");
        return entry;
    }
}
