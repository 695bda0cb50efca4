// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.Fixtures;

class ResultTableTest {
    private static final List<Stall> STALLS = List.of(
        new Stall(1_234_567_890L, 7_400_000, "cpu0", "loop gap"), new Stall(2_234_567_890L, 20_000_000, "machine", "steal"));

    @Test
    void shouldShowBothResultsWhenStallsTouchedJobs() {
        final RunResult result = example();
        final String text = ResultTable.render(result);
        assertEquals(2, text.lines().filter(line -> line.startsWith("detect ")).count(), text);
        assertTrue(text.contains("Without the 3 jobs that a platform stall touched:"), text);
        assertTrue(text.contains("BOUNDS VOID: "), text);
        assertTrue(text.contains("BOUND EXCEEDED: a response of detect was longer"), text);
        assertTrue(text.contains("Modelled: the times of acc0"), text);
        assertTrue(text.contains("Noise floor: "), text);
        assertTrue(text.contains("Collector: G1"), text);
        assertTrue(text.contains("WARNING: all deadline misses (1)"), text);
        assertTrue(text.lines().filter(line -> line.startsWith("detect ")).findFirst().orElseThrow().contains("1.619"), text);
    }

    @Test
    void shouldFitAndBePlainWhenRendered() {
        for (final String line : ResultTable.render(example()).split("\n")) {
            assertTrue(line.length() <= ResultTable.WIDTH, line);
            assertTrue(line.chars().allMatch(c -> c >= 32 && c < 127), line);
            assertFalse(line.endsWith(" "), line);
        }
    }

    @Test
    void shouldHoldTheSameWordsWhenTheTerminalIsWider() {
        final String narrow = ResultTable.render(example());
        final String wide = ResultTable.render(example(), 132);
        assertEquals(words(wide), words(narrow));
        assertTrue(narrow.lines().mapToInt(String::length).max().orElseThrow() <= 80, narrow);
        assertEquals(2, wide.lines().filter(line -> line.startsWith("task ") && line.endsWith("p99.9")).count(), wide);
    }

    @Test
    void shouldBreakBeforeTheQuantilesWhateverNamesAreLong() {
        for (int length = 1; length <= 64; length++) {
            final String name = "n".repeat(length);
            final RunResult of = example();
            final List<TaskResult> tasks = of.tasks().stream().map(t -> new TaskResult(name, t.periodNs(), t.deadlineNs(), t.boundNs(),
                t.released(), t.jobs(), t.unfinished(), t.aborted(), t.skipped(), 1, 2, t.minNs(), t.p50Ns(), t.p99Ns(), t.p999Ns(),
                t.maxNs(), 0, false, t.held())).toList();
            final List<String> lines = ResultTable.render(new RunResult(of.source(), of.taskSet(), of.policy(), of.test(), of.seed(),
                of.durationNs(), of.conditions(), tasks, new WithoutStalls(tasks, 3, 0), of.stalls(), of.devices(), "",
                    0)).lines().toList();
            final int head = lines.indexOf(lines.stream().filter(line -> line.startsWith("task ")).findFirst().orElseThrow());
            assertTrue(lines.get(head).endsWith(" lost"), lines.get(head));
            assertEquals(List.of("p50", "p99", "p99.9"), List.of(lines.get(head + 1).strip().split(" +")));
            assertTrue(lines.stream().allMatch(line -> line.length() <= ResultTable.WIDTH), lines.toString());
        }
    }

    private static List<String> words(final String text) {
        return List.of(text.split("\\s+")).stream().filter(word -> !word.matches("-{2,}|.*[\\w-]\\.\\.[\\w-].*"))
            .toList(); // rules and shortened names are as wide as there is room
    }

    @Test
    void shouldSayNothingOfVoidBoundsWhenTheyHold() {
        final String text = ResultTable.render(Fixtures.result(100, null, List.of(), ""));
        assertFalse(text.contains("VOID"), text);
        assertFalse(text.contains("Without"), text);
        assertTrue(text.contains("Stalls: none detected."), text);
        assertTrue(text.matches("(?s).*\\ntrack [^\\n]* 0/100 [^\\n]*\\n[^\\n]* -\\n.*"), text);
    }

    /** What lies in the memory is there whether anything moves or not. */
    @Test
    void shouldSayWhatIsInUseWhenNothingWasSwapped() {
        final String idle = swapped(new SwapResult(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 328 << 10));
        assertTrue(idle.contains("Swapped on gpu0: nothing; at most 328KiB in use."), idle);
        final String busy = swapped(new SwapResult(1, 0, 2, 0, 0, 2, 0, 900_000, 0, 0.5, 328 << 10));
        assertTrue(busy.contains("Swapped on gpu0: 2 chunks in, 0 out"), busy);
    }

    private static String swapped(final SwapResult swaps) {
        final RunResult of = Fixtures.result(100, null, List.of(), "");
        return ResultTable.render(new RunResult(of.source(), of.taskSet(), of.policy(), of.test(), of.seed(), of.durationNs(),
            of.conditions(), of.tasks(), of.withoutStalls(), of.stalls(),
            List.of(new DeviceResult("gpu0", "cuda", "software", 1, 0.1, Optional.of(swaps), false)), "", 0)).replaceAll("\\s+", " ");
    }

    @Test
    void shouldSayHowThePlatformWasWhenBoundsChargeForIt() {
        final RunResult good = Fixtures.result(100, null, List.of(), "");
        assertFalse(ResultTable.render(good).toLowerCase(Locale.ROOT).contains("platform"), "no curve, nothing to say");
        final String within = ResultTable.render(good.withPlatform(new PlatformResult(Optional.of("calibrated"), 17, List.of(), 0)))
            .replaceAll("\\s+", " ");
        assertTrue(within.contains("Platform: stayed within the calibrated curve"), within);
        assertTrue(within.contains("(17 gaps)"), within);
        assertTrue(within.contains("the bounds hold for every job"), within);
        final String otherwise = ResultTable.render(Fixtures.result(100, null, List.of(), "another process")
            .withPlatform(new PlatformResult(Optional.of("calibrated"), 17, List.of(), 0))).replaceAll("\\s+", " ");
        assertTrue(otherwise.contains("Platform: stayed within the calibrated curve") && otherwise.contains("(17 gaps)."), otherwise);
        assertFalse(otherwise.contains("hold for every job"), "what is void for another reason is not called good");
        final String shares = ResultTable.render(good.withPlatform(new PlatformResult(Optional.of("declared"), 0, List.of(), 0,
            Map.of("detect", 18_000_000L, "track", 0L)))).replaceAll("\\s+", " ");
        assertTrue(shares.contains("Of the bounds the platform's are: detect 18.00ms of "), shares);
        final String broken = ResultTable.render(good.withPlatform(new PlatformResult(Optional.of("declared"), 17,
            List.of(new PlatformResult.Break(3_200_000_000L, 1, 41_000_000, 50_000_000, 22_000_000),
                new PlatformResult.Break(4_200_000_000L, -1, 41_000_000, 50_000_000, 22_000_000)), 12))).replaceAll("\\s+", " ");
        assertTrue(broken.contains("PLATFORM BROKE ITS CURVE: at 3"), broken);
        assertTrue(broken.contains("core 1 was away"), broken);
        assertTrue(broken.contains("so 2 times. Bounds are void for the 12 jobs"), broken);
    }

    @Test
    void shouldSayOnceWhatMakesBoundsVoidWhenItIsAWarningToo() {
        final String rivals = "other processes may take core 0: hog (process 7, real-time priority 50)";
        final RunResult of = example();
        final RunResult.Conditions old = of.conditions();
        final RunResult.Conditions conditions = new RunResult.Conditions(old.machine(), old.granted(), old.noise(), old.collector(),
            old.overheads(), List.of(rivals, "no memory is locked"));
        final String table = ResultTable.render(new RunResult(of.source(), of.taskSet(), of.policy(), of.test(), of.seed(),
            of.durationNs(), conditions, of.tasks(), of.withoutStalls(), of.stalls(), of.devices(), rivals, 0)).replaceAll("\\s+", " ");
        assertTrue(table.contains("BOUNDS VOID: " + rivals), table);
        assertEquals(2, table.split(java.util.regex.Pattern.quote(rivals), -1).length, table);
        assertTrue(table.contains("Warning: no memory is locked"), table);
    }

    @Test
    void shouldNotSayThatNothingExplainsABoundThatWasPassedWhenItsTaskOverran() {
        final RunResult of = example(); // two overruns
        final RunResult stopped = new RunResult(of.source(), of.taskSet(), of.policy(), of.test(), of.seed(), of.durationNs(),
            of.conditions(), of.tasks(), of.withoutStalls(), List.of(), of.devices(), "", 0);
        final String text = ResultTable.render(stopped);
        assertTrue(text.contains("BOUND EXCEEDED") && !text.contains("nothing that was"), text);
    }

    private static RunResult example() {
        final RunResult good = Fixtures.result(1200, null, List.of(), "");
        final List<TaskResult> tasks = new ArrayList<>(good.tasks());
        final TaskResult t = tasks.getFirst();
        tasks.set(0, new TaskResult(t.name(), t.periodNs(), t.deadlineNs(), t.boundNs(), t.released(), t.jobs(), t.unfinished(),
            t.aborted(), t.skipped(), 1, 2, t.minNs(), t.p50Ns(), t.p99Ns(), t.p999Ns(), OptionalLong.of(40_000_000), 0, false,
            t.held()));
        return new RunResult(good.source(), good.taskSet(), good.policy(), good.test(), good.seed(), good.durationNs(),
            good.conditions(), tasks, new WithoutStalls(good.tasks(), 3, 0), STALLS, good.devices(),
            "task 'detect' ran past its WCET 2 times and was let go on", 12);
    }
}
