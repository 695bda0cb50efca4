// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Names the machine that a measurement belongs to: another host, another processor or other cores are another machine. */
public final class MachineName {
    private MachineName() {
    }

    /**
     * Names this machine.
     *
     * @return host name, processor and number of cores, such as {@code lab1 (AMD EPYC 9R14, 2 cores)}
     */
    public static String current() {
        return host() + " (" + processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores)";
    }

    private static String host() {
        final List<String> lines = lines(Path.of("/proc/sys/kernel/hostname"));
        return lines.isEmpty() || lines.getFirst().isBlank() ? "this machine" : lines.getFirst().strip();
    }

    private static String processor() {
        for (final String line : lines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("model name") && line.contains(":")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return System.getProperty("os.arch");
    }

    private static List<String> lines(final Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException e) {
            return List.of();
        }
    }
}
