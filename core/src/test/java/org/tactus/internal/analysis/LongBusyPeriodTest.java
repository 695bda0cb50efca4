package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/** Utilisations so close to 1 that the device can be busy for days without a break. */
@Timeout(120)
class LongBusyPeriodTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 4000);
    private static final long SEED = Long.getLong("tactus.property.seed", 777);
    private static final int FIRST_PRIME = 101;
    private static final int TASKS = 30;
    private static final long NONE = Long.MIN_VALUE;

    /** Thirty tasks, each with a thirtieth of the time, periods that share no factor; one nanosecond is lost by each rounding. */
    private static TaskSet primes(final PolicyKind policy, final long shrinkNs, final long earlierNs, final Overheads overheads) {
        final TaskSetBuilder builder = TaskSet.builder("long").policy(policy).overheads(overheads).device(DeviceSpec.modelled("d"));
        BigInteger prime = BigInteger.valueOf(FIRST_PRIME);
        for (int i = 0; i < TASKS; i++) {
            final long period = prime.longValue() * 1_000_003;
            final long wcet = period / TASKS - (i == TASKS - 1 ? shrinkNs : 0);
            builder.task("t" + i, t -> t.periodNs(period).deadlineNs(period - earlierNs).segment("d", wcet));
            prime = prime.nextProbablePrime();
        }
        return builder.build();
    }

    @Test
    void shouldBeSchedulableWhenDemandHoldsThoughTheBusyPeriodIsTooLong() {
        for (final long shrinkNs : new long[] {0, 1, 1_000, 1_000_000}) {
            final TaskSet set = primes(PolicyKind.EDF, shrinkNs, 0, Overheads.NONE);
            final Verdict verdict = Analyses.analyze(set);
            assertTrue(verdict.schedulable(), verdict.reason());
            verdict.tasks().forEach(task -> ExplanationChecks.check(task, "shrunk by " + shrinkNs));
        }
        assertTrue(Analyses.analyze(primes(PolicyKind.EDF, 1_000, 1_000, new Overheads(1, 0, 0, 0, 5))).schedulable(),
            "and with deadlines, jitter and stalls that leave room");
    }

    @Test
    void shouldSayUndecidedWhenNeitherResponsesNorDemandCanBeToldInTime() {
        final TaskSetBuilder builder = TaskSet.builder("full").policy(PolicyKind.EDF).device(DeviceSpec.modelled("d"));
        BigInteger prime = BigInteger.valueOf(FIRST_PRIME);
        for (int i = 0; i < TASKS; i++) {
            final long wcet = prime.longValue() * 1_000;
            builder.task("t" + i, t -> t.periodNs(wcet * TASKS).deadlineNs(wcet * TASKS - 1).segment("d", wcet));
            prime = prime.nextProbablePrime();
        }
        final Verdict verdict = Analyses.analyze(builder.build());
        assertFalse(verdict.schedulable());
        assertTrue(verdict.undecided());
        assertEquals("undecided", verdict.word());
        assertTrue(verdict.reason().contains("undecided: gave up after 1048576 steps"), verdict.reason());
    }

    @Test
    void shouldNotBeUndecidedWhenMoreThanAllTimeIsAskedForByVeryLittle() {
        final TaskSet set = TaskSet.builder("over").policy(PolicyKind.EDF).device(DeviceSpec.modelled("d"))
            .task("a", t -> t.periodNs(3_000_000_000L).segment("d", 1_000_000_000L))
            .task("b", t -> t.periodNs(6_000_000_000L).segment("d", 4_000_000_001L)).build();
        final Verdict verdict = Analyses.analyze(set);
        assertFalse(verdict.schedulable() || verdict.undecided());
        assertTrue(verdict.reason().contains("100.00000002% of its time") || verdict.reason().contains("fails: bound"), verdict.reason());
    }

    @Test
    void shouldTellAsManyDigitsAsItTakesWhenTheLoadIsNearAllOfTheTime() {
        assertEquals("d is asked for 108.0% of its time", Sentences.load("d", 1.08));
        assertEquals("d is asked for 99.99999% of its time", Sentences.load("d", 1 - 1e-7));
        assertEquals("d is asked for 100.00001% of its time", Sentences.load("d", 1 + 1e-7));
        assertEquals("d is asked for 100.0% of its time", Sentences.load("d", 1));
    }

    /** Demand decided by steps that skip most due dates says what looking at each of them says; and what it accepts, responses confirm. */
    @Test
    void shouldDecideByDemandAsAPlainLoopDoes() {
        decideByDemand(false);
    }

    @Test
    void shouldDecideByDemandAsAPlainLoopDoesWhenACurveIsCharged() {
        decideByDemand(true);
    }

    private static void decideByDemand(final boolean curved) {
        System.out.println("demand: seeds from " + SEED);
        int holds = 0;
        int far = 0;
        for (int index = 0; index < SETS; index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final DeviceModel model = nearlyFull(random, curved);
            final long[] until = IntStream.range(0, model.tasks).mapToLong(i -> model.deadline[i] - model.jitter[i]).toArray();
            final Blockers blockers = new Blockers(until, model.longest);
            final ProcessorDemand.Answer answer = new ProcessorDemand(
                new DeadlineBusyPeriods.Jobs(model.period, model.deadline, model.jitter,
                model.cost, model.tail, model.stalled(), false), blockers).decide(1 << 20);
            final long failing = plain(model);
            final String where = "seed " + (SEED + index) + " " + model.set;
            if (answer != ProcessorDemand.Answer.GAVE_UP) {
                assertEquals(failing == NONE, answer == ProcessorDemand.Answer.HOLDS, where);
            }
            if (answer == ProcessorDemand.Answer.HOLDS) {
                holds++;
                assertTrue(new PlainDeviceEdf(model, false, 0).solve(0), where);
            }
            far += failing > 60 ? 1 : 0;
        }
        assertTrue(holds > SETS / 10 && far > (curved ? 0 : SETS / 400), holds + " hold, " + far + " fail late");
    }

    /** First due date, up to far past any that matters, by which more is due than there is time for; NONE without one. */
    private static long plain(final DeviceModel model) {
        final StallCurve curve = model.set.overheads().supply().of(model.set.stalledCores(0));
        final long lead = model.set.overheads().releaseJitterNs() + 1;
        if (model.load(model.tasks - 1) + curve.rate() > 1 + (curve.isNone() ? 1e-12 : -1e-12)) {
            return 0;
        }
        for (long d = -50; d < (curve.isNone() ? 30_000 : 10_000); d++) {
            long needed = model.set.overheads().stallNs();
            long block = 0;
            boolean due = false;
            for (int k = 0; k < model.tasks; k++) {
                final long window = d - model.deadline[k] + model.jitter[k];
                needed += window < 0 ? 0 : (window / model.period[k] + 1) * model.cost[k];
                due |= window >= 0 && window % model.period[k] == 0;
                block = window < 0 ? Math.max(block, model.longest[k]) : block;
            }
            long done = needed + block;
            while (done <= d && needed + block + curve.awayNs(done + lead) > done) {
                done++;
            }
            if (due && done > d) {
                return d;
            }
        }
        return NONE;
    }

    private static DeviceModel nearlyFull(final SplittableRandom random, final boolean curved) {
        final Overheads plain = random.nextInt(3) == 0 ? Overheads.NONE : new Overheads(random.nextInt(2), 0, 0, 0, random.nextInt(12));
        final StallCurve curve = curved ? StallCurve.every(20 + random.nextInt(400), 1 + random.nextInt(5)) : StallCurve.NONE;
        final TaskSetBuilder builder = TaskSet.builder("demand").policy(PolicyKind.EDF).device(DeviceSpec.modelled("d"))
            .overheads(plain.withSupply(CoreSupply.each(curve)));
        final int tasks = 1 + random.nextInt(4);
        double left = (random.nextInt(3) == 0 ? 1.02 : 0.97 + 0.03 * random.nextDouble())
            - (curved ? curve.rate() + 0.3 * random.nextDouble() : 0);
        for (int i = 0; i < tasks; i++) {
            final long period = 4 + random.nextInt(60);
            final double share = i == tasks - 1 ? left : left * random.nextDouble();
            final long cost = Math.max(1, Math.min(period, (long) (share * period)));
            left -= (double) cost / period;
            final long deadline = random.nextInt(2) == 0 ? period : Math.max(cost, period - random.nextInt(4));
            final long jitter = random.nextInt(4) == 0 ? random.nextInt(3) : 0;
            builder.task("t" + i, t -> t.periodNs(period).deadlineNs(deadline).jitterNs(jitter).segment("d", cost));
            if (left <= 0) {
                break;
            }
        }
        final TaskSet set = builder.build();
        return new DeviceModel(set, IntStream.range(0, set.tasks().size()).toArray());
    }
}
