// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tactus.model.MenuOption;

/**
 * The files that a plan needs compiled, and the one command that compiles them so that they lie beside each other: all segments of all
 * networks under one token, those that shall be resident first, because the stock compiler serves its arguments in order. What is left
 * over goes to the rest, which only makes them faster: a plan needs no dummy networks that eat memory. Immutable.
 */
public final class SegmentFiles {
    /** What the command to type begins with. */
    public static final String COMMAND = "edgetpu_compiler ";
    private final List<String> networks;
    private final List<MenuOption> options;

    /**
     * Takes a plan.
     *
     * @param networks name of each task's network
     * @param options  the chosen option of each task
     */
    public SegmentFiles(final List<String> networks, final List<MenuOption> options) {
        this.networks = List.copyOf(networks);
        this.options = List.copyOf(options);
    }

    /**
     * The file of a segment before it is compiled, named as the compiler names segments.
     *
     * @param task    index of the task
     * @param segment index of its segment
     * @return such as {@code inception_v2_segment_0_of_6.tflite}, or the network's own name where it is not cut
     */
    public String file(final int task, final int segment) {
        final int count = options.get(task).segments().size();
        return networks.get(task) + (count == 1 ? "" : "_segment_" + segment + "_of_" + count) + ".tflite";
    }

    /**
     * The file that the compiler makes of one.
     *
     * @param file its name before
     * @return its name after
     */
    public static String compiled(final String file) {
        return file.replaceFirst("\\.tflite$", "_edgetpu.tflite");
    }

    /**
     * What each file shall be: where two tasks use it, what the one wants that streams less of it.
     *
     * @return by file, in the order of the tasks
     */
    public Map<String, MenuOption.Piece> pieces() {
        final Map<String, MenuOption.Piece> pieces = new LinkedHashMap<>();
        for (int i = 0; i < options.size(); i++) {
            for (int j = 0; j < options.get(i).segments().size(); j++) {
                pieces.merge(file(i, j), options.get(i).segments().get(j), (a, b) -> a.streamedBytes() <= b.streamedBytes() ? a : b);
            }
        }
        return pieces;
    }

    /**
     * The command's arguments: resident segments, then the one that is partly resident, then the rest. Each file stands once.
     *
     * @return names of files
     */
    public List<String> order() {
        final Map<String, MenuOption.Piece> pieces = pieces();
        final List<String> order = new ArrayList<>();
        for (final Predicate<MenuOption.Piece> next : List.<Predicate<MenuOption.Piece>>of(
            piece -> piece.streamedBytes() == 0, MenuOption.Piece::isPartial, piece -> piece.residentBytes() == 0)) {
            pieces.forEach((file, piece) -> {
                if (next.test(piece) && !order.contains(file)) {
                    order.add(file);
                }
            });
        }
        return order;
    }

    /**
     * What to type.
     *
     * @return lines of a shell script, comments included
     */
    public List<String> commands() {
        final Set<String> lines = new LinkedHashSet<>();
        for (int i = 0; i < options.size(); i++) {
            final int count = options.get(i).segments().size();
            if (count > 1) {
                lines.add("# cut " + networks.get(i) + ".tflite into " + count + ": " + file(i, 0) + " ... " + file(i, count - 1));
            }
        }
        lines.add(COMMAND + "-o compiled " + String.join(" ", order()) + " | tee compiled.log");
        return List.copyOf(lines);
    }
}
