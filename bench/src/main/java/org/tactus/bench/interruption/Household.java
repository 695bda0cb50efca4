// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.interruption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Folders of a process's own, as a user has them: for settings, caches, temporary files, and one that it works in. */
final class Household {
    private static final String SAID = "said.txt";
    /** Where Tactus shares memory and what it may put beside its own temporary folder, whatever a variable says. */
    private static final List<Path> SHARED = List.of(Path.of("/dev/shm"), Path.of("/tmp"));

    private final List<String> launcher;
    private final Path root;
    private final Path work;

    /**
     * Makes the folders.
     *
     * @param launcher how the command line is started
     * @param root     where; not there yet
     */
    Household(final List<String> launcher, final Path root) throws IOException {
        this.launcher = launcher;
        this.root = root;
        this.work = root.resolve("work");
        for (final String name : List.of("work", "home", "tmp", "cache", "config", "data", "state")) {
            Files.createDirectories(root.resolve(name));
        }
        Victim.prepare(work);
    }

    Process start(final List<String> words) throws IOException {
        final List<String> command = new ArrayList<>(launcher);
        command.addAll(words);
        final ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true)
            .redirectOutput(root.resolve(SAID).toFile());
        final Map<String, String> environment = builder.environment();
        environment.put("HOME", root.resolve("home").toString());
        environment.put("TMPDIR", root.resolve("tmp").toString());
        for (final String kind : List.of("cache", "config", "data", "state")) {
            environment.put("XDG_" + kind.toUpperCase(Locale.ROOT) + "_HOME", root.resolve(kind).toString());
        }
        environment.put("TACTUS_START_CACHE", "off"); // it is made in the background, after the end
        environment.put("TACTUS_JAVA_HOME", System.getProperty("java.home"));
        environment.remove("TACTUS_CALIBRATION");
        return builder.start();
    }

    /** What the last process printed, errors included. */
    String said() throws IOException {
        return Files.readString(root.resolve(SAID));
    }

    /** All files that lie in the folders, by their paths from here. */
    Set<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> !Files.isDirectory(path)).map(path -> root.relativize(path).toString())
                .filter(name -> !name.equals(SAID)).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Folders in which nothing lies, below the one that the command works in. */
    Set<String> emptyFolders() throws IOException {
        final Set<String> empty = new TreeSet<>();
        try (Stream<Path> all = Files.walk(work)) {
            for (final Path folder : all.filter(Files::isDirectory).toList()) {
                try (Stream<Path> within = Files.list(folder)) {
                    if (within.findAny().isEmpty()) {
                        empty.add(root.relativize(folder) + "/");
                    }
                }
            }
        }
        return empty;
    }

    /** Files of the results that are there and not whole. */
    Set<String> torn() throws IOException {
        final Set<String> torn = new TreeSet<>();
        for (final String name : files()) {
            if (name.startsWith("work/") || name.startsWith("home/") || name.startsWith("config/")) {
                if (!isWhole(name, Files.readAllBytes(root.resolve(name)))) {
                    torn.add(name);
                }
            }
        }
        return torn;
    }

    /** By how such a file ends. */
    static boolean isWhole(final String name, final byte[] bytes) {
        final String text = new String(bytes, StandardCharsets.ISO_8859_1).stripTrailing();
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "json" -> text.endsWith("}") || text.endsWith("]");
            case "svg" -> text.replaceAll("\\s", "").endsWith("</svg>");
            case "png" -> text.contains("IEND");
            case "yaml", "csv", "hlog" -> bytes.length > 0 && bytes[bytes.length - 1] == '\n';
            default -> true;
        };
    }

    /** What lies in the folders that all processes share and has the number of one of these in its name. */
    static Set<String> shared(final Set<Long> pids) throws IOException {
        final Set<String> found = new TreeSet<>();
        for (final Path folder : SHARED) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> all = Files.list(folder)) {
                    all.filter(path -> pids.stream().anyMatch(pid -> names(path.getFileName().toString(), pid)))
                        .forEach(path -> found.add(path.toString()));
                }
            }
        }
        return found;
    }

    private static boolean names(final String file, final long pid) {
        return file.matches("(tactus|\\.tactus|\\.java_pid|hsperf|hs_err).*\\b" + pid + "\\b.*") || file.equals(".java_pid" + pid);
    }
}
