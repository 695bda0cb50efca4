// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.internal.text.ShellWord;
import org.tactus.model.ModelSource;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Reads and writes {@code measured} of a planned task set: what the measured times and sizes hold for that the plan wrote down as numbers.
 * A file that was planned is checked by it as the file of measured WCETs is: a network that was replaced makes its numbers mean nothing.
 */
final class PlannedFormat {
    /** Strategies that need no options but these. */
    private static final Set<String> PLAIN = Set.of("lalarand", "rt-swap");

    private PlannedFormat() {
    }

    static LoadedTaskSet.Planned read(final YamlValue value, final String set, final Path base) {
        final YamlMap map = value.map(FileSection.MEASURED);
        final YamlValue from = map.need("from", "'from: set.yaml', the file that was planned");
        final List<WcetSidecar.TaskWcet> tasks = new ArrayList<>();
        for (final YamlValue element : map.need("tasks", "the list 'tasks'").list()) {
            final YamlMap task = element.map(FileSection.MEASURED_TASK);
            task.need("threads", "'threads: 1'");
            tasks.add(new WcetSidecar.TaskWcet(task.need("name", "the task's name").text(),
                task.find("model").map(YamlValue::text).orElse(""), WcetSidecarFile.provenance(task), List.of(), List.of()));
        }
        return new LoadedTaskSet.Planned(path(from, base),
            Arrays.stream(map.need("with", "'with: rt-swap'").text().split(",")).map(String::strip).toList(),
            new WcetSidecar(set, map.need("machine", "the machine's name").text(), map.need("measuredAt", "the date").text(), 0,
                map.find("rights").map(YamlValue::text).orElse(""), Map.of(), tasks));
    }

    /** The file need not be there: what it holds is not read. */
    private static Path path(final YamlValue value, final Path base) {
        try {
            return base.resolve(value.text()).normalize();
        } catch (final InvalidPathException e) {
            throw value.file().error(value.line(), "from: '" + value.text() + "' is not a path; name the file that was planned", e);
        }
    }

    /** The tasks of a set whose networks were measured, those of levels included. */
    static Stream<Task> networks(final TaskSet set) {
        return set.tasks().stream().flatMap(task -> Stream.concat(Stream.of(task), task.levelNetworks().stream()))
            .filter(task -> task.model().isPresent());
    }

    /**
     * What a plan writes.
     *
     * @param loaded   what was planned
     * @param set      the plan
     * @param strategy who planned
     * @param moved    gives a path of the source its meaning from the planned file's place
     * @param written  the path of a network's file as the plan writes it
     * @return empty when no number of the plan was measured
     */
    static Optional<Map<String, Object>> value(
        final LoadedTaskSet loaded, final TaskSet set, final String strategy, final UnaryOperator<String> moved,
        final UnaryOperator<String> written) {
        final List<Map<String, Object>> tasks = networks(set).flatMap(task -> loaded.measuredFor(task.name()).stream()
            .map(measured -> task(set, task, measured, moved, written))).toList();
        if (tasks.isEmpty()) {
            return Optional.empty();
        }
        final WcetSidecar measurements = loaded.measurements().orElseThrow();
        final Map<String, Object> map = new LinkedHashMap<>();
        final Path from = loaded.planned().map(LoadedTaskSet.Planned::from).orElse(loaded.file());
        map.put("from", moved.apply(String.valueOf(from.toAbsolutePath())));
        map.put("with", Stream.concat(loaded.planned().stream().flatMap(earlier -> earlier.strategies().stream()), Stream.of(strategy))
            .collect(Collectors.joining(", ")));
        map.put("machine", measurements.machine());
        map.put("measuredAt", measurements.measuredAt());
        if (!measurements.rights().isEmpty()) {
            map.put("rights", measurements.rights());
        }
        map.put("tasks", tasks);
        return Optional.of(map);
    }

    /** As it is now: the measurements hold, or the source would not have been read, and the plan may use other devices and cuts. */
    private static Map<String, Object> task(
        final TaskSet set, final Task task, final WcetSidecar.Provenance measured, final UnaryOperator<String> moved,
        final UnaryOperator<String> written) {
        final Map<String, String> files = new LinkedHashMap<>();
        measured.files().forEach((path, digest) -> files.put(moved.apply(path), digest));
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", task.name());
        map.put("model", text(task.model().orElseThrow(), written));
        WcetSidecarFile.write(map, new WcetSidecar.Provenance(files, ProfileCheck.runtime(set, task).orElse(measured.runtime()),
            ProfileCheck.threads(set, task), task.model().orElseThrow().starts()));
        return map;
    }

    /** Why the numbers of a task do not hold for it; empty when they do, or when they were not measured. */
    static Optional<String> stale(
        final LoadedTaskSet.Planned planned, final TaskSet set, final Task task, final Path base, final String machine) {
        final List<String> known = planned.measurements().tasks().stream().map(WcetSidecar.TaskWcet::name).toList();
        if (!known.contains(task.name())) {
            return known.stream().filter(name -> networks(set).noneMatch(other -> other.name().equals(name))).findFirst()
                .map(name -> "may be those of '" + name + "', which 'measured' names and no network here is called");
        }
        return planned.measurements().tasks().stream().filter(of -> of.name().equals(task.name())).findFirst()
            .flatMap(of -> of.provenance().flatMap(measured -> ProfileCheck.stale(planned.measurements(), set.name(), machine)
                .or(() -> otherNetwork(of.model(), task.model().orElseThrow()))
                .or(() -> ProfileCheck.stale(measured, set, task, base))));
    }

    /** A plan that a person has changed may name another network, while the file of the measured one is there and unchanged. */
    private static Optional<String> otherNetwork(final String measured, final ModelSource model) {
        final String now = text(model, path -> path);
        return measured.isEmpty() || measured.equals(now) ? Optional.empty() // an older version did not write it
            : Optional.of("were measured with the network '" + measured + "', but it is '" + now + "' now");
    }

    /** The network as measurements name it, with each path in its plain form. */
    private static String text(final ModelSource model, final UnaryOperator<String> written) {
        return WcetSidecar.modelText(switch (model) {
            case ModelSource.OnnxFile file ->
                new ModelSource.OnnxFile(plain(written.apply(file.path())), file.cuts(), file.dims(), file.shapes(), file.inputs());
            case ModelSource.Zoo zoo -> zoo;
            case ModelSource.TfLiteFiles files ->
                new ModelSource.TfLiteFiles(files.paths().stream().map(written).map(PlannedFormat::plain).toList());
        });
    }

    private static String plain(final String path) {
        return Path.of(path).normalize().toString();
    }

    /** What to type to get numbers that hold. */
    static String remedy(final LoadedTaskSet.Planned planned, final Path file) {
        final Path here = Path.of("").toAbsolutePath();
        final Path from = planned.from().startsWith(here) ? here.relativize(planned.from()) : planned.from();
        final String measure = "tactus profile " + ShellWord.of(from);
        return planned.strategies().size() == 1
            ? "measure and plan again: " + measure + " && tactus plan " + ShellWord.of(from) + " --with " + planned.strategies().getFirst()
            + " --out " + ShellWord.of(file) + (PLAIN.contains(planned.strategies().getFirst()) ? "" : " and the other options that it had")
            : "measure again, " + measure + ", and plan again, with " + String.join(", then ", planned.strategies());
    }
}
