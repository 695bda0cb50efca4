// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Runs an image as a machine without Java would: copied elsewhere, in an empty environment, with no Java on its path. */
final class ImageCheck {
    private static final String SET = """
        tactus: 1
        name: braking
        policy: edf
        overheads: none
        platform:
          devices:
            - {name: acc0, kind: modelled}
        tasks:
          - name: detect
            period: 50ms
            segments: [{device: acc0, wcet: 12ms}]
        """;

    private final Path image;

    ImageCheck(final Path image) {
        this.image = image;
    }

    void run() throws IOException, InterruptedException {
        final Path folder = Files.createTempDirectory("tactus-image");
        try {
            final Path copy = folder.resolve("copied here");
            ImageBuilder.copy(image, copy);
            expectNoExperiments(copy);
            expect(copy, "--version", "tactus");
            expect(copy, "devices", "absent: TensorFlow Lite is not on the class path");
            Files.writeString(copy.resolve("set.yaml"), SET);
            expect(copy, "analyze", "schedulable", "set.yaml");
            expect(copy, "simulate", "detect", "set.yaml", "--out", "out");
            expect(copy, "verify-gpu", "answers equal the processor's bit by bit", "--driver", "software", "--only", "networks", "--out",
                "out");
            expectFirstRun(copy);
        } finally {
            ImageBuilder.delete(folder);
        }
    }

    private static void expectFirstRun(final Path copy) throws IOException, InterruptedException {
        final String text = Programs.run(copy, List.of("/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "bench/gpu-first-run.sh", "--driver",
            "software", "--quick", "--out", "first"));
        final Path archive = copy.resolve("first.tar.gz");
        if (!text.contains("quick                  good") || !Files.isRegularFile(archive)) {
            throw new IllegalStateException("the first run on a GPU, tried on the software driver, is not good: " + text);
        }
        System.out.println("image: bench/gpu-first-run.sh runs without Java on the machine");
    }

    private static void expectNoExperiments(final Path copy) throws IOException, InterruptedException {
        final List<Path> jars;
        try (Stream<Path> lib = Files.list(copy.resolve("lib"))) {
            jars = lib.toList();
        }
        for (final Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                if (file.getEntry("org/tactus/bench/") != null || file.getEntry("org/tactus/bench/BenchCommands.class") != null) {
                    throw new IllegalStateException(jar + " holds experiments; the image ships the command line alone");
                }
            }
        }
        final String help = Programs.run(copy, List.of("/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "./tactus", "--help"));
        if (help.contains("experiment") || !help.contains("verify-gpu")) {
            throw new IllegalStateException("the image's commands are not those of the product: " + help);
        }
    }

    private static void expect(final Path copy, final String command, final String words, final String... more)
        throws IOException, InterruptedException {
        // env -i empties the environment; a path with nothing in it but sh's own needs.
        final List<String> line = new ArrayList<>(List.of("/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "./tactus", command));
        line.addAll(List.of(more));
        final String text = Programs.run(copy, line);
        if (!text.contains(words)) {
            throw new IllegalStateException("the image's " + command + " does not say '" + words + "': " + text);
        }
        System.out.println("image: " + command + " runs without Java on the machine");
    }
}
