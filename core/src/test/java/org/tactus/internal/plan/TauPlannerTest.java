// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class TauPlannerTest {
    private static TaskSet set(final double gain, final double localGain) {
        return TaskSet.builder("set").device(DeviceSpec.modelled("a"))
            .task("scene", t -> t.periodNs(100).deadlineNs(90).segment("a", 20).remote(new Task.Remote("peer:1", 10, gain, localGain)))
            .task("other", t -> t.periodNs(50).priority(1).segment("a", 10)).build();
    }

    @Test
    void shouldMoveReleaseAndDeadlineOfTheFallbackWithTheWait() {
        final Task task = TauPlanner.with(set(1, 0), 0, 35).tasks().getFirst();
        assertEquals(35, task.offsetNs());
        assertEquals(55, task.deadlineNs());
        assertEquals(35, task.remote().orElseThrow().tauNs());
        assertEquals(set(1, 0), TauPlanner.with(TauPlanner.with(set(1, 0), 0, 35), 0, 10));
        assertThrows(IllegalArgumentException.class, () -> TauPlanner.with(set(1, 0), 0, 90));
        assertThrows(IllegalArgumentException.class, () -> TauPlanner.with(set(1, 0), 1, 5));
    }

    @Test
    void shouldWaitAsLongAsTheAnalysisAllowsWhenEveryAnswerCounts() {
        final long[] trips = new long[100];
        Arrays.setAll(trips, i -> i + 1);
        final TauPlanner.Choice choice =
            TauPlanner.choose(set(1, 0), 0, trips, 0, with -> Analyses.analyze(with).schedulable()).orElseThrow();
        assertTrue(Analyses.analyze(choice.set()).schedulable());
        assertTrue(!Analyses.analyze(TauPlanner.with(set(1, 0), 0, choice.tauNs() + 1)).schedulable(), "it is the longest");
        assertEquals(choice.tauNs() / 100.0, choice.answered());
        assertEquals(choice.answered(), choice.meanGain());
    }

    @Test
    void shouldTakeTheShorterWaitWhenLittleIsGivenAway() {
        final long[] trips = new long[200];
        Arrays.fill(trips, 5);
        Arrays.fill(trips, 198, 200, 40);
        assertEquals(5, TauPlanner.choose(set(1, 0), 0, trips, 0.02, with -> true).orElseThrow().tauNs());
        assertEquals(40, TauPlanner.choose(set(1, 0), 0, trips, 0, with -> true).orElseThrow().tauNs());
    }

    @Test
    void shouldChooseNoneWhenNoneIsWorthIt() {
        assertEquals(Optional.empty(), TauPlanner.choose(set(1, 1), 0, new long[] {5}, 0, with -> true), "an answer is worth no more");
        assertEquals(Optional.empty(), TauPlanner.choose(set(1, 0), 0, new long[] {Long.MAX_VALUE}, 0, with -> true), "all are lost");
        assertEquals(Optional.empty(), TauPlanner.choose(set(1, 0), 0, new long[] {5}, 0, with -> false), "none is admissible");
        assertEquals(Optional.empty(), TauPlanner.choose(set(1, 0), 0, new long[0], 0, with -> true), "nothing was measured");
    }

    @Test
    void shouldSayWhatItDecidedAndWhatItLacks() {
        final TauPlan plan = new TauPlan(Map.of("scene", new long[] {5, 6, 7, Long.MAX_VALUE}), 0);
        final Plan planned = plan.plan(set(1, 0));
        assertEquals(7, planned.set().tasks().getFirst().remote().orElseThrow().tauNs());
        assertEquals("tau 7ns", planned.changes().getFirst().what());
        assertEquals("75.0 % of 4 measured offers were answered by then; mean gain 0.750", planned.changes().getFirst().why());
        assertEquals("tau stays 10ns", plan.plan(set(1, 1)).changes().getFirst().what());
        assertTrue(assertThrows(InvalidTaskSetException.class, () -> new TauPlan(Map.of(), 0).plan(set(1, 0))).getMessage()
            .contains("no round trips of 'scene' were measured"));
        final TaskSet local = TaskSet.builder("set").device(DeviceSpec.modelled("a")).task("t", t -> t.periodNs(9).segment("a", 1)).build();
        assertTrue(assertThrows(InvalidTaskSetException.class, () -> plan.plan(local)).getMessage().contains("'remote'"));
    }

    @Test
    void shouldChooseAsTheExhaustiveSearchWhenSamplesAreFew() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 300; run++) {
            final long[] trips = random.longs(1 + random.nextInt(60), 1, 120).map(ns -> ns > 100 ? Long.MAX_VALUE : ns).sorted().toArray();
            final TaskSet set = set(1 + random.nextInt(3), random.nextDouble());
            final double tolerance = random.nextInt(2) * 0.3 * random.nextDouble();
            final Optional<Long> chosen = TauPlanner.choose(set, 0, trips, tolerance, with -> Analyses.analyze(with).schedulable())
                .map(TauPlanner.Choice::tauNs);
            assertEquals(exhaustive(set, trips, tolerance), chosen, "seed " + seed + ", run " + run);
        }
    }

    private static Optional<Long> exhaustive(final TaskSet set, final long[] trips, final double tolerance) {
        final Task.Remote remote = set.tasks().getFirst().remote().orElseThrow();
        final List<Long> admissible = Arrays.stream(trips).boxed().distinct()
            .filter(ns -> ns < 90 && Analyses.analyze(TauPlanner.with(set, 0, ns)).schedulable()).toList();
        final double best = admissible.stream().mapToDouble(ns -> worth(remote, trips, ns)).max().orElse(0);
        return admissible.stream()
            .filter(ns -> worth(remote, trips, ns) >= best - tolerance * (remote.gain() - remote.localGain())).findFirst();
    }

    private static double worth(final Task.Remote remote, final long[] trips, final long tauNs) {
        final double answered = (double) Arrays.stream(trips).filter(ns -> ns <= tauNs).count() / trips.length;
        return answered * remote.gain() + (1 - answered) * remote.localGain();
    }
}
