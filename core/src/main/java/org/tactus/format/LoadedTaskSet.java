// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.tactus.model.SramMenu;
import org.tactus.model.TaskSet;

/**
 * A task set that was read from a file, with the file and the measurements that were used.
 *
 * @param taskSet         the set
 * @param file            the file, as the caller named it
 * @param baseDirectory   directory that paths in the file are relative to
 * @param overheadsSource where its overheads come from
 * @param calibration     the calibration that was used; empty unless the file asks for one
 * @param sidecar         the measured WCETs that were used; empty when no segment needed one
 * @param menus           what tasks may choose from on an Edge TPU, by task name; only planning reads them
 * @param warnings        one sentence each, for people
 * @param lines           the line of a field's path
 * @param planned         what the numbers of a planned file hold for; empty where the file does not say so
 */
public record LoadedTaskSet(
    TaskSet taskSet, Path file, Path baseDirectory, OverheadsSource overheadsSource, Optional<MachineCalibration> calibration,
    Optional<WcetSidecar> sidecar, Map<String, SramMenu> menus, List<String> warnings, ToIntFunction<String> lines,
    Optional<Planned> planned) {

    /**
     * What the measured times and sizes hold for that a plan wrote down as numbers.
     *
     * @param from         the file that was planned
     * @param strategies   what planned it, one after the other
     * @param measurements of which networks, where and when; the times themselves stand in the planned file
     */
    public record Planned(Path from, List<String> strategies, WcetSidecar measurements) {
        public Planned {
            strategies = List.copyOf(strategies);
        }
    }

    /** Makes a set that was not planned; the parameters are the record's other components. */
    public LoadedTaskSet(
        final TaskSet taskSet, final Path file, final Path baseDirectory, final OverheadsSource overheadsSource,
        final Optional<MachineCalibration> calibration, final Optional<WcetSidecar> sidecar, final Map<String, SramMenu> menus,
        final List<String> warnings, final ToIntFunction<String> lines) {
        this(taskSet, file, baseDirectory, overheadsSource, calibration, sidecar, menus, warnings, lines, Optional.empty());
    }

    public LoadedTaskSet {
        menus = Map.copyOf(menus);
        warnings = List.copyOf(warnings);
    }

    /**
     * Makes an error about a field of this file, for what only later rooms find out, such as a cut that a graph does not allow.
     *
     * @param field   a path such as {@code tasks[2].model.cuts}; a part that the file lacks stands in the line of what encloses it
     * @param problem what is wrong, what would be right
     * @return the error, with file and line
     */
    public FileFormatException error(final String field, final String problem) {
        return new FileFormatException(file.toString(), lines.applyAsInt(field), problem, null);
    }

    /**
     * Refuses what would measure a plan, whose numbers stand in its file and come from what was planned.
     *
     * @throws FileFormatException with what to type instead
     */
    public void requireNoPlan() {
        planned.ifPresent(plan -> {
            throw error("measured", "this is a plan, and its own numbers count; " + PlannedFormat.remedy(plan, file));
        });
    }

    /** The measurements that numbers of this set come from, its own or those of the file that it was planned from. */
    Optional<WcetSidecar> measurements() {
        return sidecar.or(() -> planned.map(Planned::measurements));
    }

    /** What the measured numbers of a task hold for; empty where none was measured. */
    Optional<WcetSidecar.Provenance> measuredFor(final String task) {
        return Stream.concat(sidecar.stream(), planned.stream().map(Planned::measurements)).flatMap(known -> known.tasks().stream())
            .filter(known -> known.name().equals(task)).map(WcetSidecar.TaskWcet::provenance).flatMap(Optional::stream).findFirst();
    }

    /**
     * Resolves a path that the file names.
     *
     * @param path relative to the file's directory, or absolute
     * @return the path
     */
    public Path resolve(final String path) {
        return baseDirectory.resolve(path);
    }
}
