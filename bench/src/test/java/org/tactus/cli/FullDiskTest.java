// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bench.latency.ForkedJvm;

/** A disk that takes no byte more, which the system shows by a limit of the size of files; and folders that take no file. */
class FullDiskTest {
    private static final String SET = """
        tactus: 1
        name: s
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: d, kind: modelled}]}
        tasks:
          - {name: a, period: 20ms, segments: [{device: d, wcet: 1ms}]}
        """;
    private static final String NETWORK = SET.replace("segments:", "model: {zoo: mobilenet, size: small, cuts: 1}, segments:")
        .replace("modelled", "cpu").replace("20ms", "200ms").replace("1ms", "150ms");
    private static final int PATIENCE_S = 120;

    @TempDir
    private Path folder;

    /** What a command printed, errors included, and its status. */
    private record Said(String text, int status) {
    }

    private Said full(final List<String> jvmFlags, final String words) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("set.yaml"), SET);
        Files.writeString(folder.resolve("network.yaml"), NETWORK);
        final List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 0; exec \"$@\" 2>&1", "sh"));
        command.addAll(ForkedJvm.command(jvmFlags, words.split(" ")));
        final ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("XDG_CACHE_HOME", Path.of(System.getProperty("user.home"), ".cache").toString()); // libraries are there
        final Process process = builder.start();
        final String text = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS));
        return new Said(text, process.exitValue());
    }

    private void assertNothingIsLeft(final Path where) throws IOException {
        if (Files.isDirectory(where)) {
            try (Stream<Path> files = Files.walk(where)) {
                assertEquals(List.of(), files.filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".yaml")).toList());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        run set.yaml --for 200ms --no-real-time --no-stat --force --out o       | Measured: s          | o/results.json
        simulate set.yaml --for 1s --out o                                      | Simulated: s         | o/results.json
        analyze set.yaml --out o                                                | schedulable by np-fp | o/analysis.txt
        experiment schedulability --system lalarand --sets 1 --threads 1 --out o | lalarand             | schedulability-lalarand.csv
        calibrate --for 1s --gpu none                                           | Overheads of         | calibration.yaml
        """)
    void shouldPrintItsTableAndSayWhatIsMissingWhenTheDiskIsFullAtTheEnd(final String words, final String table, final String missing)
        throws Exception {
        final Said said = full(List.of(), words);
        assertEquals(2, said.status(), said.text());
        assertTrue(said.text().contains(table), said.text());
        assertTrue(said.text().lines().anyMatch(line -> line.startsWith("tactus: ") && line.contains("cannot write ")
            && line.contains(missing)), said.text());
        assertFalse(said.text().contains("\tat "), said.text());
        assertNothingIsLeft(folder);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        experiment schedulability --system lalarand --out set.yaml/o | set.yaml/o
        experiment criticality --sets 1000 --out set.yaml/o          | set.yaml/o
        calibrate --for 60s                                          | .config
        """)
    void shouldSayBeforeItMeasuresThatItsFilesCannotBeWrittenWhenAFileIsInPlaceOfTheFolder(final String words, final String where)
        throws Exception {
        Files.writeString(folder.resolve(".config"), "a file");
        final Said said = full(List.of(), words);
        assertEquals(2, said.status(), said.text());
        assertEquals(1, said.text().lines().count(), "nothing was measured, whose table would stand above: " + said.text());
        assertTrue(said.text().startsWith("tactus: ") && said.text().contains(where), said.text());
    }

    @Test
    void shouldSayInOneLineWhichFolderItNeedsWhenALibraryCannotBeTakenOut() throws Exception {
        final Said said = full(List.of("-Dtactus.cache=" + folder.resolve("set.yaml/cache")),
            "run network.yaml --for 1s --no-real-time --no-stat --out o");
        assertEquals(2, said.status(), said.text());
        assertTrue(said.text().startsWith("tactus: cannot take libonnxruntime.so out into ")
            && said.text().contains("name a folder that can be written by XDG_CACHE_HOME"), said.text());
        assertEquals(1, said.text().lines().count(), said.text());
    }
}
