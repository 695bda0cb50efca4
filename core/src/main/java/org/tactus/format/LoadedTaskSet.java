// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
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
 */
public record LoadedTaskSet(
    TaskSet taskSet, Path file, Path baseDirectory, OverheadsSource overheadsSource, Optional<MachineCalibration> calibration,
    Optional<WcetSidecar> sidecar, Map<String, SramMenu> menus, List<String> warnings, ToIntFunction<String> lines) {

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
     * Resolves a path that the file names.
     *
     * @param path relative to the file's directory, or absolute
     * @return the path
     */
    public Path resolve(final String path) {
        return baseDirectory.resolve(path);
    }
}
