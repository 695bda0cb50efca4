// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import org.tactus.bench.spet.Braking;
import org.tactus.bench.spet.Car;
import org.tactus.bench.spet.StockSystem;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import picocli.CommandLine;

class BrakingTest {
    private static final Path CASE = Path.of("case-studies/spet.yaml");
    private static final long MILLI = 1_000_000;

    @Test
    void shouldDriveWhatItTakesToTheNextFrameAndItsAnswer() {
        final TaskSet alone = TaskSet.builder("alone").device(DeviceSpec.modelled("tpu0"))
            .task("detect", task -> task.periodNs(100 * MILLI).segment("tpu0", 30 * MILLI)).build();
        final Braking.Result result = new Braking(new Car(2, 4, 1), 0).drive(alone, List.of(100 * MILLI), 200, 1);
        double most = 0;
        double least = 1;
        for (final Braking.Approach approach : result.approaches()) {
            assertEquals(2 * 0.030, approach.frameMetres(), 1e-9, "alone on the device");
            most = Math.max(most, approach.lineMetres());
            least = Math.min(least, approach.lineMetres());
        }
        assertTrue(least >= 0.06 && least < 0.07 && most > 0.25 && most <= 0.26, "from no wait to a whole period: " + least + ", " + most);
        assertEquals(0, result.misses());
        assertEquals(0.5, new Car(2, 4, 1).stoppingMetres(), 1e-12);
    }

    @Test
    void shouldRunInTheOrderOfReleaseWhenTheStockSystemRuns() {
        // By deadline the short task would go first; by release it waits for both long ones.
        final TaskSet set = TaskSet.builder("order").device(DeviceSpec.modelled("tpu0"))
            .task("short", task -> task.periodNs(100 * MILLI).offsetNs(2 * MILLI).segment("tpu0", MILLI))
            .task("long1", task -> task.periodNs(900 * MILLI).segment("tpu0", 30 * MILLI))
            .task("long2", task -> task.periodNs(900 * MILLI).offsetNs(MILLI).segment("tpu0", 40 * MILLI)).build();
        final Simulator simulator = new Simulator();
        final SimulationOptions options = SimulationOptions.worstCase(1, 90 * MILLI).withReleases(ReleasePattern.FILE);
        assertEquals(69 * MILLI, simulator.maxResponses(StockSystem.firstInFirstOut(set), options)[0]);
        assertEquals(29 * MILLI, simulator.maxResponses(set, options)[0]);
        assertEquals(71 * MILLI, StockSystem.boundNs(set));
    }

    @Test
    void shouldKeepItsBoundsInTheCaseStudy(@TempDir final Path folder) throws Exception {
        final StringWriter printed = new StringWriter();
        final int status = new CommandLine(new ExperimentCommand()).setOut(new PrintWriter(printed))
            .execute("braking", CASE.toString(), "--runs", "25", "--link", "usb3", "--out", folder.toString());
        assertEquals(0, status, printed.toString());
        assertTrue(printed.toString().contains("SPET is"), printed.toString());
        assertEquals(1 + 4 * 25, Files.readAllLines(folder.resolve("braking.csv")).size());
        assertTrue(Files.size(folder.resolve("braking.png")) > 10_000);
        final StringWriter said = new StringWriter();
        assertEquals(2, new CommandLine(new ExperimentCommand()).setErr(new PrintWriter(said))
            .execute("braking", CASE.toString(), "--link", "usb4", "--out", folder.toString()));
        assertTrue(said.toString().contains("usb4"), said.toString());
    }
}
