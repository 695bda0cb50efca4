// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import org.tactus.bindings.edgetpu.cost.HostLink;
import picocli.CommandLine;

class ExperimentTest {
    private static Blocks blocks(final String system, final int sets) {
        final ExperimentSettings settings = new ExperimentSettings(system, 7, sets, "drawn", "0.5..3", 0.3, 1.5, 25, "usb3");
        return new Blocks(settings.experiment(), settings);
    }

    @Test
    void shouldGiveTheSameResultForAnyNumberOfThreads() throws InterruptedException {
        for (final String system : List.of("single", "rt-swap", "streaming")) {
            final Blocks blocks = blocks(system, 2);
            final ExperimentResult one = new ExperimentRunner(blocks, 1).run(null);
            final ExperimentResult three = new ExperimentRunner(blocks, 3).run(null);
            assertEquals(one.csv(), three.csv());
            assertEquals(one.json(), three.json());
            assertEquals("", one.tally().violation());
        }
    }

    @Test
    void shouldAllocateTheSameForAnyNumberOfThreads() {
        final Experiment experiment = new LalarandExperiment(CpuTimes.DRAWN, 0.5, 3);
        for (int index = 0; index < 2; index++) {
            final Outcome first = new Outcome(experiment.approaches().size());
            final Outcome second = new Outcome(experiment.approaches().size());
            experiment.worker().judge(Draw.forSet(3, 4, index), 0.6, first);
            experiment.worker().judge(Draw.forSet(3, 4, index), 0.6, second);
            assertTrue(Arrays.equals(first.accepted, second.accepted) && Arrays.equals(first.ratioSum, second.ratioSum));
            assertEquals("", first.violation);
        }
    }

    @Test
    void shouldPlanTheSameForAnyNumberOfThreads() {
        final Experiment experiment = new SpetExperiment(HostLink.USB3);
        for (int index = 0; index < 2; index++) {
            final Outcome first = new Outcome(experiment.approaches().size());
            final Outcome second = new Outcome(experiment.approaches().size());
            experiment.worker().judge(Draw.forSet(3, 4, index), 0.4, first);
            experiment.worker().judge(Draw.forSet(3, 4, index), 0.4, second);
            assertTrue(Arrays.equals(first.accepted, second.accepted) && Arrays.equals(first.ratioSum, second.ratioSum));
            assertTrue(first.accepted[4] || !first.accepted[1], "what the stock system accepts SPET accepts");
            assertEquals("", first.violation);
        }
    }

    @Test
    void shouldDrawUtilisationsThatAddUp() {
        for (long seed = 0; seed < 200; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final double sum = random.nextDouble(0.05, 3);
            final double[] shares = Draw.utilisations(random, 10, sum);
            assertEquals(sum, Arrays.stream(shares).sum(), 1e-9, "seed " + seed);
            assertTrue(Arrays.stream(shares).allMatch(u -> u > 0 && u <= 1), "seed " + seed);
        }
    }

    @Test
    void shouldWriteTableChartAndCsv(@TempDir final Path folder) throws Exception {
        final StringWriter printed = new StringWriter();
        final int status = new CommandLine(new ExperimentCommand()).setOut(new PrintWriter(printed))
            .execute("schedulability", "--system", "rt-swap", "--sets", "1", "--threads", "1", "--out", folder.toString());
        assertEquals(0, status);
        assertTrue(printed.toString().contains("Tightness"), printed.toString());
        final List<String> csv = Files.readAllLines(folder.resolve("schedulability-rt-swap.csv"));
        assertEquals("axis,approach,accepted,total,low,high", csv.getFirst());
        assertEquals(1 + 11 * 7, csv.size());
        final String svg = Files.readString(folder.resolve("schedulability-rt-swap.svg"));
        assertTrue(svg.contains("<path") && svg.contains("semantic residency") && svg.contains("Memory demand over capacity"));
        assertTrue(Files.size(folder.resolve("schedulability-rt-swap.png")) > 10_000);
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        final StringWriter said = new StringWriter();
        for (final String[] wrong : new String[][] {{"--system", "none"}, {"--system", "single", "--sets", "0"},
            {"--system", "lalarand", "--cpu-ratio", "x"}, {"--system", "single", "--format", "xml"}}) {
            final String[] arguments = new String[wrong.length + 1];
            arguments[0] = "schedulability";
            System.arraycopy(wrong, 0, arguments, 1, wrong.length);
            assertEquals(2, new CommandLine(new ExperimentCommand()).setErr(new PrintWriter(said)).execute(arguments));
        }
    }
}
