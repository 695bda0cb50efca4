// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Platform;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/** Bounds that charge stalls: beside every reachable state of small sets, and beside the bounds of less and of more stalls. */
class StallOracleTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1500);
    private static final long SEED = Long.getLong("tactus.property.seed", 4711);
    private static final int LONGEST = 6;

    @Test
    void shouldBoundTheExactWorstCaseWhenTheDeviceIsStalled() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (final DeviceAnalysis.Grain grain : DeviceAnalysis.Grain.values()) {
                int checked = 0;
                int equal = 0;
                double tightness = 0;
                for (long seed = SEED; seed < SEED + SETS / 5; seed++) {
                    final SplittableRandom random = new SplittableRandom(seed);
                    final SingleDeviceTest.Small small = SingleDeviceTest.Small.draw(random, grain == DeviceAnalysis.Grain.WHOLE ? 1 : 2);
                    final int[] mostAway = mostAway(random);
                    final int[] worst = new Explorer(small.period(), small.deadline(), small.jitter(), small.segments(),
                        policy == PolicyKind.EDF, grain == DeviceAnalysis.Grain.ANY ? Explorer.Grain.ANY : Explorer.Grain.SEGMENT, 20_000,
                        mostAway).explore();
                    if (worst != null && worst.length == 0) {
                        continue;
                    }
                    final long[] windows = LongStream.rangeClosed(1, LONGEST).toArray();
                    final StallCurve curve = StallCurve.steps(windows, Arrays.stream(mostAway).skip(1).asLongStream().toArray());
                    final TaskSet set = with(small.set(policy), CoreSupply.each(curve));
                    final String where = policy + " " + grain + " seed " + seed + ": " + small + " away " + Arrays.toString(mostAway);
                    final Verdict whole = new DeviceAnalysis(grain, policy, 1).analyze(set);
                    whole.tasks().forEach(task -> ExplanationChecks.check(task, where));
                    assertTrue(!whole.schedulable() || worst != null, () -> where + ": accepted, but a deadline can be missed");
                    for (int i = 0; whole.schedulable() && i < worst.length; i++) {
                        final long bound = whole.tasks().get(i).responseBoundNs();
                        assertTrue(bound >= worst[i], () -> where + ": " + whole + " but " + Arrays.toString(worst));
                        checked++;
                        equal += bound == worst[i] ? 1 : 0;
                        tightness += (double) worst[i] / bound;
                    }
                }
                System.out.printf("%s %s stalled: %d bounds, %d exact, mean exact/bound %.4f%n", policy.text(), grain, checked, equal,
                    tightness / checked);
                assertTrue(checked > SETS / 50, "too few sets to say anything: " + checked);
                assertTrue(tightness / checked > 0.85, "loose: " + tightness / checked);
            }
        }
    }

    /** A sub-additive curve in whole units, index 0 unused. */
    private static int[] mostAway(final SplittableRandom random) {
        final int[] most = new int[LONGEST + 1];
        final int share = random.nextInt(1, 6);
        for (int d = 1; d <= LONGEST; d++) {
            most[d] = Math.min(d, most[d - 1] + (random.nextInt(10) < share ? 1 : 0));
            for (int a = 1; a < d; a++) {
                most[d] = Math.min(most[d], most[a] + most[d - a]);
            }
        }
        return most;
    }

    @Test
    void shouldNeverLowerABoundWhenMoreIsTaken() {
        int compared = 0;
        for (long seed = SEED; seed < SEED + SETS; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final PolicyKind policy = PolicyKind.values()[random.nextInt(2)];
            final TaskSet set = BoundPropertiesTest.draw(random, 1 + random.nextInt(3), policy);
            final StallCurve curve = curve(random);
            final StallCurve more = switch (random.nextInt(3)) {
                case 0 -> curve.scaled(1_000 + random.nextInt(2_000), 1_000);
                case 1 -> StallCurve.sum(List.of(curve, curve(random)));
                default -> StallCurve.largest(List.of(curve, curve(random), StallCurve.constant(1)));
            };
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                if (!test.applies(set).isEmpty()) {
                    continue;
                }
                final String where = name + " seed " + seed;
                final Verdict none = test.analyze(set);
                final Verdict less = test.analyze(with(set, CoreSupply.each(curve)));
                final Verdict most = test.analyze(with(set, CoreSupply.each(more)));
                for (int i = 0; i < set.tasks().size(); i++) {
                    compared += atMost(none.tasks().get(i), less.tasks().get(i), where) && atMost(less.tasks().get(i),
                        most.tasks().get(i), where) ? 1 : 0;
                    ExplanationChecks.check(less.tasks().get(i), where + " " + curve);
                }
            }
        }
        assertTrue(compared > SETS / 3, "too few bounds to say anything: " + compared);
    }

    private static boolean atMost(final TaskVerdict low, final TaskVerdict high, final String where) {
        assertTrue(!high.bounded() || low.bounded() && low.responseBoundNs() <= high.responseBoundNs(),
            () -> where + ": " + low + " fell to " + high);
        return high.bounded();
    }

    @Test
    void shouldEqualTheFixedAllowanceWhenTheCurveIsConstant() {
        for (long seed = SEED; seed < SEED + SETS; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final PolicyKind policy = PolicyKind.values()[random.nextInt(2)];
            final TaskSet drawn = BoundPropertiesTest.draw(random, 1 + random.nextInt(3), policy);
            final Overheads old = drawn.overheads();
            final long allowance = random.nextInt(20);
            // All devices on one core, which is stalled no more than once for the allowance.
            final TaskSet set = new TaskSet(drawn.name(), policy, drawn.overheads(), new Platform(drawn.platform().devices().stream()
                .map(d -> new DeviceSpec(d.name(), d.kind(), List.of(0), d.driver(), d.index(), d.memory(), 0)).toList()), drawn.tasks());
            final TaskSet fixed = overheads(set,
                new Overheads(old.releaseJitterNs(), old.sporadicJitterNs(), old.dispatchNs(), old.dispatchPerTaskNs(), old.handOffNs(),
                    old.completionNs(), allowance));
            final TaskSet curved = overheads(set, new Overheads(old.releaseJitterNs(), old.sporadicJitterNs(), old.dispatchNs(),
                old.dispatchPerTaskNs(), old.handOffNs(), old.completionNs(), 0,
                CoreSupply.measured(Map.of(0, StallCurve.constant(allowance)), Map.of())));
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                if (test.applies(set).isEmpty()) {
                    assertEquals(test.analyze(fixed).toString(), test.analyze(curved).toString(), name + " seed " + seed);
                }
            }
        }
    }

    /** Two dispatchers on one core are away together, on two cores one after the other at worst, unless both are known together. */
    @Test
    void shouldCountACoreOnceWhenTwoDispatchersShareIt() {
        final StallCurve curve = StallCurve.every(1_000, 10);
        final CoreSupply apart = CoreSupply.measured(Map.of(0, curve, 1, curve), Map.of());
        final CoreSupply together = CoreSupply.measured(Map.of(0, curve, 1, curve), Map.of(Set.of(0, 1), StallCurve.every(1_000, 13)));
        assertEquals(40, bound(apart, 0, 0), "10 + 20 of work and 10");
        assertEquals(50, bound(apart, 0, 1));
        assertEquals(43, bound(together, 0, 1));
        assertEquals(40, bound(together, 0, 0));
    }

    private static DeviceSpec accelerator(final String name, final int core) {
        return new DeviceSpec(name, DeviceKind.MODELLED, List.of(core), "", 0, Optional.empty(), 0);
    }

    private static long bound(final CoreSupply supply, final int core, final int otherCore) {
        final TaskSet set = TaskSet.builder("two").overheads(Overheads.NONE.withSupply(supply)).device(accelerator("acc0", core))
            .device(accelerator("acc1", otherCore)).task("t", t -> t.periodNs(900).segment("acc0", 10).segment("acc1", 20)).build();
        final Verdict verdict = Analyses.byName("chain-fp").orElseThrow().analyze(set);
        final long stalls = verdict.tasks().getFirst().explanation().terms().stream().filter(term -> term.kind() == Term.Kind.STALL)
            .mapToLong(Term::ns).sum();
        assertEquals(verdict.tasks().getFirst().responseBoundNs() - 30, stalls);
        return verdict.tasks().getFirst().responseBoundNs();
    }

    @Test
    void shouldSayWhichCurveASetSurvivesWhenItIsScaled() {
        final TaskSet set = TaskSet.builder("one").overheads(Overheads.NONE.withSupply(CoreSupply.each(StallCurve.every(1_000, 10))))
            .device(DeviceSpec.cpu("cpu0", 0)).task("t", t -> t.periodNs(900).deadlineNs(70).segment("cpu0", 30)).build();
        final SchedulabilityTest test = Analyses.byName("np-fp").orElseThrow();
        assertEquals(4, new Sensitivity(test, set).largestCurveFactor().orElseThrow(), 1e-5);
        assertTrue(new Sensitivity(test, with(set, CoreSupply.NONE)).largestCurveFactor().isEmpty());
        assertEquals(7, new Sensitivity(test, overheads(set, new Overheads(0, 0, 0, 0, 5))).largestCurveFactor()
            .orElseThrow() - 1, 1e-5);
        final TaskVerdict verdict = test.analyze(set).tasks().getFirst();
        assertEquals(10, verdict.platformNs());
        assertTrue(verdict.explanation().sentence().contains("; 10ns of the 40ns are the platform's"), verdict.explanation().sentence());
    }

    private static TaskSet with(final TaskSet set, final CoreSupply supply) {
        return overheads(set, set.overheads().withSupply(supply));
    }

    private static TaskSet overheads(final TaskSet set, final Overheads overheads) {
        return new TaskSet(set.name(), set.policy(), overheads, set.platform(), set.tasks());
    }

    private static StallCurve curve(final SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> StallCurve.periodicResource(10 + random.nextInt(30), 40 + random.nextInt(20));
            case 1 -> StallCurve.every(10 + random.nextInt(60), 1 + random.nextInt(8));
            case 2 -> StallCurve.constant(random.nextInt(12));
            default -> StallCurve.steps(new long[] {10, 20 + random.nextInt(30), 90},
                new long[] {random.nextInt(5), 5 + random.nextInt(5), 10 + random.nextInt(8)});
        };
    }
}
