// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.MessageStream;
import org.tactus.internal.file.NumpyFile;
import org.tactus.internal.graph.ModelZoo;

/** What every command prints for people fits a terminal, whichever of the two outputs it goes to. A word that is longer may stick out. */
class WidthTest {
    private static final int WIDTH = Terminal.width();

    @TempDir
    private Path folder;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream outBefore = System.out;
    private final PrintStream errBefore = System.err;
    private final String homeBefore = System.getProperty("tactus.home");

    @BeforeEach
    void watch() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(MessageStream.of(printed, StandardCharsets.UTF_8, WIDTH));
    }

    @AfterEach
    void restore() {
        System.setOut(outBefore);
        System.setErr(errBefore);
        if (homeBefore == null) {
            System.clearProperty("tactus.home");
        } else {
            System.setProperty("tactus.home", homeBefore);
        }
    }

    private String file(final String name, final String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private String network(final String name) throws IOException {
        return Files.write(folder.resolve(name + ".onnx"), ModelZoo.smallest().bytes()).toString();
    }

    /** Runs a command; each line fits, and something was printed. */
    private String assertFits(final int status, final String... words) {
        printed.reset();
        final int ended = Main.run(words);
        System.err.flush();
        final String text = printed.toString(StandardCharsets.UTF_8);
        final String command = String.join(" ", words);
        assertTrue(status < 0 || status == ended, () -> command + " ended with " + ended + ": " + text);
        assertTrue(text.lines().count() > 0, command + " printed nothing");
        final List<String> wide = new ArrayList<>();
        for (final String line : text.split("\n")) {
            final String last = line.substring(line.lastIndexOf('\r') + 1); // what was rewritten in place
            if (last.length() > WIDTH && !cannotBeBroken(last)) {
                wide.add(last.length() + ": " + last);
            }
            assertEquals(last.stripTrailing(), last, "blanks at an end of " + command);
        }
        assertEquals(List.of(), wide, command);
        return text;
    }

    /** A path or another long word, with what stands before it at most the indent; or a command to copy. */
    private static boolean cannotBeBroken(final String line) {
        return line.startsWith("  tactus ") || line.strip().split(" ").length == 1;
    }

    private String set(final String name) throws IOException {
        return file(name + ".yaml", """
            tactus: 1
            name: a-set-with-a-name-that-is-quite-long
            policy: fixed-priority
            overheads: {releaseJitter: 10us, dispatch: 2us, handOff: 5us, completion: 2us}
            platform:
              devices:
                - {name: an-accelerator-with-a-long-name, kind: modelled}
                - {name: another-accelerator-with-a-long-name, kind: modelled}
            tasks:
              - name: the-task-that-brakes-in-front-of-walls
                period: 20ms
                segments: [{device: an-accelerator-with-a-long-name, wcet: 1.234567ms},
                  {device: another-accelerator-with-a-long-name, wcet: 2.345678ms}]
              - name: the-task-that-tells-lanes-from-cracks
                period: 50ms
                segments: [{device: another-accelerator-with-a-long-name, wcet: 7.654321ms},
                  {device: an-accelerator-with-a-long-name, wcet: 3.456789ms}]
              - {name: best, period: 100ms, class: best-effort, segments: [{device: an-accelerator-with-a-long-name, wcet: 1ms}]}
            """);
    }

    /** Networks that take turns in a memory that does not hold all. */
    private String swapped() throws IOException {
        return file("swapped.yaml", """
            tactus: 1
            name: swapped
            policy: fixed-priority
            overheads: none
            platform:
              devices:
                - {name: gpu0, kind: cuda, driver: software, memory: 12MiB, chunk: 256KiB, protocol: seq, chunkIn: 100us, chunkOut: 100us}
            tasks:
              - {name: detector-of-pedestrians, period: 800ms, memory: {footprint: 8000KiB}, segments: [{device: gpu0, wcet: 20ms}]}
              - {name: detector-of-vehicles, period: 1s, memory: {footprint: 7001KiB}, segments: [{device: gpu0, wcet: 30ms}]}
            """);
    }

    @Test
    void shouldFitWhenASetIsAnalysedSimulatedPlannedAndRun() throws IOException {
        final String set = set("set");
        final String out = folder.resolve("out").toString();
        assertFits(0, "analyze", set, "--sensitivity");
        assertFits(0, "simulate", set, "--for", "1s", "--out", out);
        assertFits(-1, "run", set, "--for", "300ms", "--no-real-time", "--no-stat", "--out", out); // a busy machine may miss deadlines
        assertFits(0, "report", out);
        final String swapped = swapped();
        assertFits(1, "analyze", swapped);
        assertFits(1, "run", swapped, "--for", "1s", "--no-real-time", "--no-stat", "--out", out);
        assertFits(0, "plan", swapped, "--with", "rt-swap", "--out", folder.resolve("planned.yaml").toString());
        assertFits(0, "simulate", folder.resolve("planned.yaml").toString(), "--for", "5s", "--out", out);
        assertFits(-1, "stat");
    }

    @Test
    void shouldFitWhenNetworksAreProfiledRunAndLookedAt() throws IOException {
        final String net = network("a-network-with-a-name-of-some-length");
        final String set = folder.resolve("nets.yaml").toString();
        assertFits(0, "init", net + ":200ms", net + ":400ms:300ms", "--cores", "0", "--out", set);
        assertFits(0, "profile", set, "--runs", "20");
        assertFits(-1, "run", set, "--for", "500ms", "--no-real-time", "--no-stat", "--out", folder.resolve("out").toString());
        assertFits(0, "inspect", net);
        assertFits(0, "inspect", compiled());
        assertFits(0, "bench", "kernels", net);
        assertFits(0, "infer", net, "--input", "input=" + numpy(), "--compare", "--out", folder.resolve("answers").toString());
        final String gpu = folder.resolve("gpu.yaml").toString();
        assertFits(-1, "init", net + ":200ms", "--cores", "77", "--gpu", "1MiB", "--out", gpu);
        assertFits(-1, "profile", gpu, "--runs", "3");
    }

    private String numpy() throws IOException {
        final Path file = folder.resolve("x.npy");
        try (Arena arena = Arena.ofConfined()) {
            NumpyFile.write(file, "<f4", List.of(1L, 1L, 1L, 1L), arena.allocate(4, 64));
        }
        return file.toString();
    }

    private String compiled() throws IOException {
        final long token = 0x34f7352e5092da7dL;
        return Files.write(folder.resolve("net_edgetpu.tflite"), CompiledModelWriter.write(
            List.of(new TensorInfo("input", ElementType.UINT8, List.of(1L, 192L, 192L, 3L))),
            List.of(new TensorInfo("output", ElementType.UINT8, List.of(1L, 1001L))), new EdgePackage(12, "14.1", "", 0, List.of(
                new Executable(ExecutableType.PARAMETER_CACHING, token, 1_102_464, 5456, 0, 1_102_464, 0, 0, 0),
                new Executable(ExecutableType.EXECUTION_ONLY, token, 1_626_880, 59_200, 43_824, 1_626_880, 110_592, 1008, 0))))).toString();
    }

    @Test
    void shouldFitWhenTheMachineIsAsked() {
        assertFits(0, "devices");
        System.setProperty("tactus.home", Path.of("..").toAbsolutePath().normalize().toString()); // for the case study's files
        assertFits(0, "verify-gpu", "--driver", "software", "--quick", "--in-process", "--out", folder.resolve("gpu").toString());
        assertFits(-1, "calibrate", "--help");
    }

    @Test
    void shouldFitWhenBenchmarksAndExperimentsEnd() {
        assertFits(-1, "bench", "hand-off", "--forks", "1", "--rounds", "1");
        assertFits(-1, "bench", "hop", "--rounds", "1", "--for", "200ms");
        assertFits(-1, "bench", "planning", "--sets", "1", "--rounds", "1");
        assertFits(0, "bench", "kernels", "resnet");
        assertFits(0, "experiment", "schedulability", "--system", "single", "--sets", "1", "--out", folder.resolve("single").toString());
        assertFits(-1, "experiment", "criticality", "--sets", "1", "--out", folder.resolve("criticality").toString());
        assertFits(-1, "experiment", "braking", "--runs", "5", "--out", folder.resolve("braking").toString());
    }

    @Test
    void shouldFitWhenAPeerServesOffers() throws IOException {
        final String set = file("peer.yaml", """
            tactus: 1
            name: peer
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}]}
            tasks:
              - {name: a-task-of-its-own-with-a-long-name, period: 50ms, segments: [{device: cpu0, wcet: 1ms}]}
              - {name: a-task-that-may-be-offered, period: 50ms, release: sporadic, segments: [{device: cpu0, wcet: 1ms}]}
            """);
        final int port;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final String said = assertFits(-1, "serve-offers", set, "--no-real-time", "--for", "300ms", "--listen", "127.0.0.1:" + port);
        for (final String begin : List.of("serving a-task-that-may-be-offered", "offers: 0 accepted", "own a-task-of-its-own")) {
            assertTrue(said.lines().anyMatch(line -> line.startsWith(begin)), () -> begin + " is missing: " + said);
        }
    }

    @Test
    void shouldFitWhenSomethingIsRefused() throws IOException {
        final String set = set("wrong");
        Files.writeString(Path.of(set), Files.readString(Path.of(set)).replace("period: 50ms", "period: 50 parsecs of a galaxy"));
        assertFits(2, "analyze", set);
        assertFits(2, "plan", set, "--with", "nothing-that-there-is");
        assertFits(2, "frobnicate");
        assertFits(2, "run", set, "--assign", "foo");
        assertFits(2, "verify-gpu", "--driver", "software", "--only", "nonsense", "--out", folder.resolve("gpu").toString());
    }
}
