// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tactus.internal.report.MovesVoid;
import org.tactus.model.Overheads;
import org.tactus.result.DeviceResult;
import org.tactus.result.PlatformResult;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.StallCounts;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/** What makes a run not good, and what --excuse-stalls changes of it. */
class RunStatusReasonsTest {
    private static final long TAKEN_NS = 95_000_000;
    private static final long BOUND_NS = 50_000_000;
    private static final long THRESHOLD_NS = 1_000_000;
    private static final List<Stall> STALLS = List.of(new Stall(1, 9_000_000, "cpu0", "loop gap"));
    private static final PlatformResult.Break BREAK = new PlatformResult.Break(1, 1, 9_000_000, 10_000_000, 2_000_000);

    private static TaskResult task(final long jobs, final long aborted, final long misses, final long maxNs, final boolean stopped) {
        return new TaskResult("a", 100_000_000, 100_000_000, OptionalLong.of(BOUND_NS), jobs + aborted, jobs, 0, aborted, 0, misses, 0,
            OptionalLong.of(1), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
            jobs == 0 ? OptionalLong.empty() : OptionalLong.of(maxNs), 0, stopped, Optional.empty());
    }

    private static TaskResult task(final long jobs, final long misses, final long maxNs) {
        return task(jobs, 0, misses, maxNs, false);
    }

    private static RunResult result(
        final TaskResult all, final TaskResult withoutStalls, final PlatformResult platform, final boolean lost) {
        final RunResult.Conditions conditions = new RunResult.Conditions(Map.of(), Map.of(), Map.of("stallThresholdNs", THRESHOLD_NS), "",
            Overheads.NONE, List.of());
        return new RunResult("run", "set", "fixed-priority", "np-fp", 1, 10_000_000_000L, conditions, List.of(all),
            new WithoutStalls(List.of(withoutStalls), 1, 0, new StallCounts(1, TAKEN_NS, 0)), STALLS,
            List.of(new DeviceResult("cpu0", "cpu", "spin", 1, 0.1, Optional.empty(), lost)), "", 0).withPlatform(platform);
    }

    /** One whose bounds are void. */
    private static RunResult result(final TaskResult all, final TaskResult withoutStalls, final String boundsVoid) {
        final RunResult.Conditions conditions = new RunResult.Conditions(Map.of(), Map.of(), Map.of("stallThresholdNs", THRESHOLD_NS), "",
            Overheads.NONE, List.of());
        return new RunResult("run", "set", "fixed-priority", "np-fp", 1, 10_000_000_000L, conditions, List.of(all),
            new WithoutStalls(List.of(withoutStalls), 1, 0, new StallCounts(1, TAKEN_NS, 0)), STALLS, List.of(), boundsVoid, 0);
    }

    private static RunResult result(final TaskResult all, final TaskResult withoutStalls) {
        return result(all, withoutStalls, PlatformResult.NONE, false);
    }

    private static RunResult curve(final TaskResult all, final TaskResult withoutStalls, final TaskResult withoutBreaks) {
        return result(all, withoutStalls, new PlatformResult(Optional.of("calibrated"), 3,
            withoutBreaks == null ? List.of() : List.of(BREAK), 1, Map.of(), List.of(withoutBreaks == null ? all : withoutBreaks)), false);
    }

    private static void assertGood(final RunResult result, final boolean excuse) {
        assertEquals(List.of(), RunStatus.complaints(result, excuse));
    }

    private static void assertNot(final String expected, final RunResult result, final boolean excuse) {
        final List<String> complaints = RunStatus.complaints(result, excuse);
        assertTrue(complaints.stream().anyMatch(complaint -> complaint.contains(expected)), complaints.toString());
    }

    @Test
    void shouldBeGoodWhenNothingBroke() {
        assertGood(result(task(9, 0, BOUND_NS), task(9, 0, BOUND_NS)), false);
    }

    @Test
    void shouldSayInOneSentenceWhetherItIsGoodAndWhyNot() {
        final RunResult good = result(task(9, 0, BOUND_NS), task(9, 0, BOUND_NS));
        assertEquals("Good: no deadline was missed, and no response was longer than its bound.",
            RunStatus.verdict(good, RunStatus.complaints(good, false)));
        final RunResult beyond = result(task(9, 0, BOUND_NS + THRESHOLD_NS), task(9, 0, BOUND_NS + THRESHOLD_NS));
        assertEquals("Good: no deadline was missed.", RunStatus.verdict(beyond, RunStatus.complaints(beyond, false)));
        final RunResult touched = result(task(9, 1, 101_000_000), task(8, 0, BOUND_NS));
        assertEquals("Not good: 1 deadline was missed.", RunStatus.verdict(touched, RunStatus.complaints(touched, false)));
        assertEquals("Good: no deadline was missed that counts.", RunStatus.verdict(touched, RunStatus.complaints(touched, true)));
        final RunResult broken = result(task(8, 1, 2, 1, true), task(8, 1, 2, 1, true));
        assertEquals("Not good: a was stopped; 1 job was aborted; 2 deadlines were missed.",
            RunStatus.verdict(broken, RunStatus.complaints(broken, false)));
    }

    @Test
    void shouldNotBeGoodForAMissThatAStallTouchedUnlessItIsExcused() {
        final RunResult touched = result(task(9, 1, 101_000_000), task(8, 0, BOUND_NS));
        assertNot("1 deadline was missed", touched, false);
        assertGood(touched, true);
        assertTrue(RunStatus.excuses(touched).contains("1 missed deadlines are excused"), RunStatus.excuses(touched));
    }

    @Test
    void shouldExcuseOnlyWhatABreakOfTheCurveTouchedWhenThereIsACurve() {
        final TaskResult all = task(9, 1, 101_000_000);
        assertNot("1 deadline was missed", curve(all, task(8, 0, BOUND_NS), null), true);
        assertNot("1 deadline was missed", curve(all, task(8, 0, BOUND_NS), task(8, 0, BOUND_NS)), false);
        assertGood(curve(all, all, task(8, 0, BOUND_NS)), true);
    }

    @Test
    void shouldNotBeGoodWhenNoJobIsLeft() {
        assertNot("no job of a is left", result(task(7, 7, 800_000_000), task(0, 0, 0)), true);
    }

    @Test
    void shouldNotBeGoodWhenAJobPassedItsBoundWithinTheCurve() {
        assertNot("a took longer than its bound", curve(task(9, 0, BOUND_NS + 1), task(8, 0, BOUND_NS), null), false);
        assertNot("a took longer than its bound", curve(task(9, 0, BOUND_NS + 1), task(8, 0, BOUND_NS), null), true);
    }

    @Test
    void shouldHoldNoBoundAgainstAJobThatABreakOfTheCurveTouched() {
        assertGood(curve(task(9, 0, BOUND_NS + 1), task(9, 0, BOUND_NS + 1), task(8, 0, BOUND_NS)), false);
        assertNot("a took longer than its bound", curve(task(9, 0, BOUND_NS + 2),
            task(9, 0, BOUND_NS + 2), task(8, 0, BOUND_NS + 1)), false);
    }

    @Test
    void shouldHoldABoundWithoutACurveAgainstWhatIsLongerThanAnUnseenGap() {
        assertGood(result(task(9, 0, BOUND_NS + THRESHOLD_NS), task(9, 0, BOUND_NS + THRESHOLD_NS)), false);
        assertNot("a took longer than its bound",
            result(task(9, 0, BOUND_NS + THRESHOLD_NS + 1), task(9, 0, BOUND_NS + THRESHOLD_NS + 1)), false);
        assertGood(result(task(9, 0, BOUND_NS + THRESHOLD_NS + TAKEN_NS), task(8, 0, BOUND_NS)), false);
        assertNot("a took longer than its bound by more than all that the platform took, 95ms",
            result(task(9, 0, BOUND_NS + THRESHOLD_NS + TAKEN_NS + 1), task(8, 0, BOUND_NS)), false);
    }

    @Test
    void shouldHoldABoundAgainstWhatThisSystemTookAndSayWhatItWas() {
        final TaskResult late = task(9, 0, BOUND_NS + THRESHOLD_NS + 1);
        final Stall delay = new Stall(1, 9_000_000, "tactus-cpu0", Stall.RUN_DELAY);
        final Stall pause = new Stall(1, 9_000_000, "process", Stall.SAFEPOINT + " ICBufferFull");
        assertNot("does not explain it (other processes took time, which", with(result(late, late), List.of(delay)), false);
        assertNot("does not explain it (pauses of this JVM took time, which", with(result(late, late), List.of(pause)), false);
        assertNot("does not explain it (other processes and locks of this process took time, which",
            with(result(late, late), List.of(delay, new Stall(1, 9_000_000, "cpu0", Stall.OWN_WAIT))), false);
        assertNot("does not explain it (moves of chunks took longer than they are charged)",
            result(late, late, MovesVoid.BEGIN + "gpu0 took longer than they are charged"), false);
        assertNot("does not explain it (segments ran past their WCET)", result(overrun(late), overrun(late)), false);
        assertGood(result(overrun(task(9, 0, BOUND_NS)), overrun(task(9, 0, BOUND_NS))), false);
        final RunResult plain = with(result(late, late), List.of());
        assertTrue(RunStatus.complaints(plain, false).getFirst().endsWith("what the platform took does not explain it"),
            "nothing is claimed");
        final TaskResult missed = task(9, 1, 101_000_000);
        assertNot("1 deadline was missed", with(result(missed, missed), List.of(delay)), true);
    }

    private static RunResult with(final RunResult of, final List<Stall> stalls) {
        return new RunResult(of.source(), of.taskSet(), of.policy(), of.test(), 1, of.durationNs(), of.conditions(), of.tasks(),
            of.withoutStalls(), stalls, of.devices(), "", 0);
    }

    private static TaskResult overrun(final TaskResult of) {
        return new TaskResult(of.name(), of.periodNs(), of.deadlineNs(), of.boundNs(), of.released(), of.jobs(), of.unfinished(),
            of.aborted(), of.skipped(), of.misses(), 2, of.minNs(), of.p50Ns(), of.p99Ns(), of.p999Ns(), of.maxNs(), of.lost(),
            of.stopped(), of.held());
    }

    /** The result of each row of the page's table, from the text of its first column. */
    private static RunResult row(final String happened) {
        final TaskResult good = task(9, 0, BOUND_NS);
        final TaskResult beyond = task(9, 0, BOUND_NS + THRESHOLD_NS + 1);
        final TaskResult missed = task(9, 1, 101_000_000);
        final Stall delay = new Stall(1, 9_000_000, "tactus-cpu0", Stall.RUN_DELAY);
        return switch (happened.replace("With `--excuse-stalls`, ", "")) {
            case "No deadline was missed, and no job took longer than its bound." -> with(result(good, good), List.of());
            case "The same, and segments ran past their WCET: the output says BOUNDS VOID." -> result(overrun(good), overrun(good));
            case "The same, and moves of chunks took longer than they are charged: the output says BOUNDS VOID." ->
                result(good, good, MovesVoid.BEGIN + "gpu0 took longer than they are charged");
            case "The same, and the platform broke its stall curve, or another process took a core." ->
                with(result(good, good), List.of(delay)).withPlatform(curve(good, good, task(8, 0, BOUND_NS)).platform());
            case "A job took longer than its bound, since segments ran past their WCET." -> result(overrun(beyond), overrun(beyond));
            case "A job took longer than its bound, since moves of chunks took longer than they are charged." ->
                result(beyond, beyond, MovesVoid.BEGIN + "gpu0 took longer than they are charged");
            case "A job took longer than its bound, since a pause of the JVM, a lock of this process or another process took the core." ->
                with(result(beyond, beyond), List.of(delay));
            case "A job took longer than its bound, and nothing that was seen explains it." -> with(result(beyond, beyond), List.of());
            case "A stall curve is charged, and a job took longer than its bound that a break of the curve reached." ->
                curve(beyond, beyond, task(8, 0, BOUND_NS));
            case "A stall curve is charged, and a job took longer than its bound that only a stall within the curve reached." ->
                curve(task(9, 0, BOUND_NS + 1), task(8, 0, BOUND_NS), null);
            case "No stall curve is charged, and a job took longer than its bound that a stall of the platform reached." ->
                result(beyond, task(8, 0, BOUND_NS));
            case "A job took longer than its bound by more than all that the platform took." ->
                result(task(9, 0, BOUND_NS + TAKEN_NS + THRESHOLD_NS + 1), task(8, 0, BOUND_NS));
            case "No stall curve is charged, and a job took longer than its bound by at most 1 ms: shorter gaps are not seen as stalls." ->
                with(result(task(9, 0, BOUND_NS + THRESHOLD_NS), task(9, 0, BOUND_NS + THRESHOLD_NS)), List.of());
            case "A deadline was missed, whatever took the time.", "a deadline was missed that the platform explains." ->
                result(missed, task(8, 0, BOUND_NS));
            case "A job was aborted, a task was stopped or a device was lost.",
                "a job was aborted, a task was stopped or a device was lost." ->
                result(task(8, 1, 0, 1, true), task(8, 1, 0, 1, true), PlatformResult.NONE, true);
            case "a deadline was missed by more than the stalls were long." -> result(missed, missed);
            case "a deadline was missed since a pause of the JVM or another process took the core." ->
                with(result(missed, missed), List.of(delay));
            case "no job of a task is left without those that the platform explains." -> result(task(7, 7, 800_000_000), task(0, 0, 0));
            default -> throw new AssertionError("no case for the row: " + happened);
        };
    }

    @Test
    void shouldGiveTheStatusOfEachRowOfThePage() throws IOException {
        final List<String[]> rows = Files.readAllLines(Path.of("../docs/command-line.md")).stream()
            .dropWhile(line -> !line.startsWith("| what happened in `run`")).skip(2).takeWhile(line -> line.startsWith("|"))
            .map(line -> line.substring(2, line.length() - 2).split(" \\| ")).toList();
        assertEquals(20, rows.size());
        for (final String[] row : rows) {
            final List<String> complaints = RunStatus.complaints(row(row[0]), row[0].startsWith("With `--excuse-stalls`"));
            assertEquals(Integer.parseInt(row[1]), complaints.isEmpty() ? 0 : 1, row[0] + ": " + complaints);
        }
    }

    @Test
    void shouldNotBeGoodWhenATaskOrADeviceBroke() {
        assertNot("1 job was aborted", result(task(8, 1, 0, 1, false), task(8, 1, 0, 1, false)), true);
        assertNot("a was stopped", result(task(8, 0, 0, 1, true), task(8, 0, 0, 1, true)), true);
        assertNot("cpu0 was lost", result(task(8, 0, 1), task(8, 0, 1), PlatformResult.NONE, true), true);
    }
}
