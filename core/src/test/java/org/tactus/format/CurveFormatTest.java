// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.Overheads;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/** What files say of the platform's stalls. */
class CurveFormatTest {
    private static final Quantiles SOME = new Quantiles(1000, 1, 2, 3, 4_000_001);

    @TempDir
    private Path directory;

    private LoadedTaskSet load(final String curve) throws IOException {
        return TaskSetFile.load(Sets.write(directory, Sets.FULL.replace("dispatch: 2us", "curve: " + curve + ", dispatch: 2us")),
            Sets.options(directory));
    }

    private CoreSupply supply(final String curve) throws IOException {
        return load(curve).taskSet().overheads().supply();
    }

    @Test
    void shouldReadEveryKindOfCurveWhenASetDeclaresOne() throws IOException {
        assertEquals(CoreSupply.NONE, supply("none"));
        assertEquals(CoreSupply.NONE, supply("[]"));
        assertEquals(CoreSupply.each(StallCurve.every(10_000_000, 3_000_000)), supply("{every: 10ms, away: 3ms}"));
        assertEquals(CoreSupply.each(StallCurve.periodicResource(95_000_000, 100_000_000)), supply("{budget: 95ms, period: 100ms}"));
        final CoreSupply steps = CoreSupply.each(StallCurve.steps(new long[] {1_000_000, 10_000_000}, new long[] {1_000_000, 3_000_000}));
        assertEquals(steps, supply("[[1ms, 1ms], [10ms, 3ms]]"));
        assertEquals(steps, supply("[[1000000, 1000000], [10000000, 3000000]]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sometimes|4: curve: 'sometimes' is unknown; write calibrated, none, {every: 10ms, away: 3ms}",
        "{every: 10ms}|4: key 'away' is missing; add 'away: 3ms'",
        "{every: 10ms, away: 11ms}|4: step 0 of the curve, 11ms away in any 10ms, is impossible",
        "{budget: 0ms, period: 1ms}|4: a budget of 0ns every 1ms; the budget must be above 0 and at most the period",
        "{budget: 5ms}|4: key 'period' is missing",
        "[[1ms, 1ms], [1ms, 2ms]]|4: step 1 of the curve",
        "[[2ms, 1ms], [3ms, 500us]]|4: step 1 of the curve, 500us away in any 3ms, does not rise",
        "[[1ms]]|4: a step of a curve has 1 values",
        "[1ms]|4: an element of curve must be a list",
        "{every: 10ms, way: 3ms}|4: unknown key 'way'",
        "calibrated|4: the curve is 'calibrated' but this machine has none in"})
    void shouldSayWhatIsWrongWhenACurveIs(final String curve, final String problem) {
        final String message = assertThrows(FileFormatException.class, () -> load(curve)).getMessage();
        assertTrue(message.contains(problem), message);
    }

    @Test
    void shouldReadBackEqualWhenASetWithACurveWasWritten() throws IOException {
        for (final String curve : List.of("{every: 10ms, away: 3ms}", "{budget: 95ms, period: 100ms}", "[[1ms, 1ms], [10ms, 3ms]]")) {
            final LoadedTaskSet first = load(curve);
            final Path copy = directory.resolve("copy.yaml");
            TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
            assertEquals(first.taskSet(), TaskSetFile.load(copy, Sets.options(directory)).taskSet(), curve);
        }
    }

    @Test
    void shouldChargeTheCurvesOfTheMachineWhenTheyWereCalibrated() throws IOException {
        final TaskSetFile.Options options = Sets.options(directory);
        final StallCurve zero = StallCurve.steps(new long[] {1_000, 50_000}, new long[] {1_000, 2_000});
        final StallCurve one = StallCurve.every(70_000, 9_000);
        final StallCurve both = StallCurve.every(70_000, 10_000);
        final MachineCalibration plain = new MachineCalibration(options.machine(), "2026-01-01T00:00:00Z", 10, 2, 5, Map.of(),
            SOME, SOME, SOME, SOME, Optional.of(SOME), Optional.empty(), List.of());
        CalibrationFile.store(options.calibrationFile(), plain);
        assertThrows(FileFormatException.class, () -> load("calibrated"), "a calibration without curves");
        final MachineCalibration curved = plain.withCurves(List.of(
            new CurveCalibration(List.of(0), zero, 40, 20, 0.9875, 1_000, 7, 5_000, Map.of("steal", "3 ticks")),
            new CurveCalibration(List.of(1), one, 40, 20, 1, 1_000, 7, 5_000, Map.of()),
            new CurveCalibration(List.of(0, 1), both, 40, 20, 1, 1_000, 7, 5_000, Map.of())), Optional.empty());
        CalibrationFile.store(options.calibrationFile(), curved);
        assertEquals(curved, CalibrationFile.find(options.calibrationFile(), options.machine()).orElseThrow());
        final CoreSupply expected = CoreSupply.measured(Map.of(0, zero, 1, one), Map.of(Set.of(0, 1), both));
        assertEquals(expected, supply("calibrated"));
        assertEquals(2_000, load("calibrated").taskSet().overheads().dispatchNs(), "the declared costs stay");
        final LoadedTaskSet all = TaskSetFile.load(Sets.write(directory, Sets.FULL.replaceFirst("overheads: \\{[^}]*}",
            "overheads: calibrated")), options);
        final long looks = 20_000; // the set has a GPU, whose dispatcher looks between sleeps of that length
        assertEquals(new Overheads(3, 3, 3, 0, 3, 3 + looks + 3, 0, expected), all.taskSet().overheads(),
            "with curves the 99.9th percentiles count");
        final Overheads free = new Overheads(1, 7, 2, 6, 4, 5, 0);
        CalibrationFile.store(options.calibrationFile(), curved.withCurves(curved.curves(), Optional.of(free)));
        assertEquals(new Overheads(1, 7, 2, 6, 4, 5 + looks + 7, 0, expected), TaskSetFile.load(all.file(), options).taskSet().overheads(),
            "free of stalls");
    }
}
