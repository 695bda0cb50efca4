// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Which cores take a GPU's interrupts, as Linux tells it, so that a dispatcher can be put on another one. */
final class InterruptTable {
    private static final Path FILE = Path.of("/proc/interrupts");
    private static final Pattern OF_A_GPU = Pattern.compile("nvidia|nouveau");

    private final List<Integer> cores = new ArrayList<>();
    private final List<Long> ofGpus = new ArrayList<>();
    private int lines;

    /**
     * A core for a dispatcher.
     *
     * @param core its number
     * @param why  what was chosen, and by what
     */
    record Choice(int core, String why) {
    }

    /**
     * Reads a table.
     *
     * @param table lines as in {@code /proc/interrupts}; none where the system does not tell
     */
    InterruptTable(final List<String> table) {
        if (table.isEmpty()) {
            return;
        }
        for (final String column : table.getFirst().trim().split("\\s+")) {
            cores.add(Integer.parseInt(column.substring("CPU".length())));
            ofGpus.add(0L);
        }
        for (final String line : table.subList(1, table.size())) {
            if (OF_A_GPU.matcher(line).find()) {
                lines++;
                final String[] fields = line.trim().split("\\s+");
                for (int i = 0; i < cores.size() && i + 1 < fields.length && fields[i + 1].matches("[0-9]+"); i++) {
                    ofGpus.set(i, ofGpus.get(i) + Long.parseLong(fields[i + 1]));
                }
            }
        }
    }

    static InterruptTable ofThisMachine() {
        try {
            return new InterruptTable(Files.readAllLines(FILE));
        } catch (final IOException e) {
            return new InterruptTable(List.of()); // a container may not be told
        }
    }

    private long ofGpu(final int core) {
        final int at = cores.indexOf(core);
        return at < 0 ? 0 : ofGpus.get(at);
    }

    /**
     * Chooses the core with the fewest interrupts of GPUs; among equals the last one, since the first one takes most of everything else.
     *
     * @param allowed cores that this process may run on, at least one
     * @return the choice
     */
    Choice quietest(final List<Integer> allowed) {
        final int core = allowed.stream()
            .min(Comparator.comparingLong(this::ofGpu).thenComparing(Comparator.reverseOrder())).orElseThrow();
        final List<String> busy =
            allowed.stream().filter(other -> ofGpu(other) > 0).map(other -> other + " (" + ofGpu(other) + ")").toList();
        return new Choice(core, "dispatcher on core " + core + ": " + (lines == 0 ? "the system tells of no interrupts of a GPU"
            : "it took " + ofGpu(core) + " interrupts of GPUs; those that took some are "
                + (busy.isEmpty() ? "none" : String.join(", ", busy))));
    }
}
