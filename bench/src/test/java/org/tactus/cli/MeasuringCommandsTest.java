// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;
import org.tactus.format.WcetSidecar;
import org.tactus.format.WcetSidecarFile;
import org.tactus.internal.graph.ModelZoo;
import picocli.CommandLine;

/** What {@code tactus profile} and {@code tactus calibrate} refuse, and what they leave. */
@Timeout(300)
class MeasuringCommandsTest {
    private static final String SET = """
        tactus: 1
        name: one
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: cpu0, kind: cpu, cores: [0]}]}
        tasks: [{name: a, period: 40ms, model: {zoo: mobilenet, size: small, cuts: 2}, segments: [{device: cpu0}, {device: cpu0}]}]
        """;
    @TempDir
    private Path folder;
    private final StringWriter err = new StringWriter();

    private int execute(final String... words) {
        final CommandLine line = Main.commandLine();
        line.setErr(new PrintWriter(err, true));
        return line.execute(words);
    }

    private Path set() throws IOException {
        return Files.writeString(folder.resolve("set.yaml"), SET);
    }

    private void assertRefused(final String option, final String value) throws IOException {
        final Path file = set();
        assertEquals(ExitStatus.WRONG_INPUT, execute("profile", file.toString(), option, value), option + " " + value);
        assertTrue(err.toString().contains(option + ": "), err.toString());
        assertFalse(Files.exists(WcetSidecarFile.beside(file)), "nothing is written");
        err.getBuffer().setLength(0);
    }

    private int profile(final Path file, final String... options) {
        final List<String> words = new ArrayList<>(List.of("profile", file.toString(), "--runs", "5"));
        words.addAll(List.of(options));
        return execute(words.toArray(String[]::new));
    }

    @Test
    void shouldRefuseAMarginThatIsNoShareToAdd() throws IOException {
        for (final String margin : List.of("NaN", "-0.1", "-Infinity", "Infinity", "1e9")) {
            assertRefused("--margin", margin);
        }
    }

    @Test
    void shouldRefuseWhatMakesNoWcet() throws IOException {
        assertRefused("--runs", "0");
        assertRefused("--runs", "-5");
        assertRefused("--wcet", "median");
        for (final String exceedance : List.of("0", "-1e-9", "0.5", "1", "NaN")) {
            assertRefused("--exceedance", exceedance);
        }
    }

    @Test
    void shouldRefuseACalibrationThatIsTooShort() {
        for (final String duration : List.of("0s", "1ms", "999ms")) {
            assertEquals(ExitStatus.WRONG_INPUT, execute("calibrate", "--gpu", "none", "--for", duration), duration);
            assertTrue(err.toString().contains("--for"), err.toString());
            err.getBuffer().setLength(0);
        }
    }

    @Test
    void shouldWriteASidecarAnewWhenItIsBroken() throws IOException {
        final Path file = set();
        assertEquals(ExitStatus.GOOD, profile(file));
        final Path sidecar = WcetSidecarFile.beside(file);
        Files.writeString(sidecar, Files.readString(sidecar).replaceAll("wcet: [0-9]+ns", "wcet: 0ns"));
        assertEquals(ExitStatus.WRONG_INPUT, execute("analyze", file.toString()));
        assertEquals(ExitStatus.GOOD, profile(file));
        assertTrue(WcetSidecarFile.read(sidecar).tasks().getFirst().segments().getFirst().wcetNs() > 0);
    }

    @Test
    void shouldRefuseEverywhereWcetsOfANetworkThatWasReplacedUnderItsName() throws IOException {
        final Path network = folder.resolve("net.onnx");
        Files.write(network, ModelZoo.generate("mobilenet", "small", 1).bytes());
        final Path file = Files.writeString(folder.resolve("set.yaml"),
            SET.replace("{zoo: mobilenet, size: small, cuts: 2}", "{file: net.onnx, cuts: 2}"));
        assertEquals(ExitStatus.GOOD, profile(file));
        assertEquals(ExitStatus.GOOD, execute("analyze", file.toString()), err.toString());
        Files.write(network, ModelZoo.generate("mobilenet", "small", 2).bytes());
        final List<List<String>> commands = List.of(List.of("analyze"), List.of("simulate", "--for", "1s"), List.of("run", "--for", "1s"),
            List.of("plan", "--with", "lalarand"));
        for (final List<String> command : commands) {
            final List<String> words = new ArrayList<>(command);
            words.add(file.toString());
            assertEquals(ExitStatus.WRONG_INPUT, execute(words.toArray(String[]::new)), command.toString());
            assertTrue(err.toString().contains("with another net.onnx (sha256:"), command + ": " + err);
            assertTrue(err.toString().contains("; measure again: tactus profile " + file), command + ": " + err);
            err.getBuffer().setLength(0);
        }
        assertEquals(ExitStatus.GOOD, profile(file));
        assertEquals(ExitStatus.GOOD, execute("analyze", file.toString()), err.toString());
    }

    @Test
    void shouldWriteNothingWhenTheLawThatWasAskedForIsRefused() throws IOException {
        final Path file = set();
        assertEquals(ExitStatus.NO, profile(file, "--wcet", "evt"));
        assertFalse(Files.exists(WcetSidecarFile.beside(file)));
    }

    @Test
    void shouldMeasureInTheRunningSetWhenAsked() throws IOException {
        final Path file = set();
        assertEquals(ExitStatus.GOOD, profile(file, "--in-place"));
        final WcetSidecar measured = WcetSidecarFile.read(WcetSidecarFile.beside(file));
        assertEquals("the set itself ran", measured.conditions().get("others"));
        for (final WcetSidecar.SegmentWcet segment : measured.tasks().getFirst().segments()) {
            assertTrue(segment.measured().samples() >= 1 && segment.measured().samples() <= 5, segment.toString());
            assertTrue(segment.wcetNs() > segment.measured().maxNs(), "with the margin: " + segment);
            assertEquals("largest", segment.basis().get("by"));
            assertTrue(segment.basis().get("evt").startsWith("refused by number of samples"), segment.basis().toString());
        }
    }
}
