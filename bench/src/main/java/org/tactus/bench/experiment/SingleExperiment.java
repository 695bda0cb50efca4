// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** One device: how much whole jobs, segments and full preemption accept, under both policies and FIFO. */
final class SingleExperiment implements Experiment {
    private static final int TASKS = 10;
    private static final int SEGMENTS = 5;
    private static final long LOW_PERIOD_NS = 10_000_000;
    private static final long HIGH_PERIOD_NS = 100_000_000;
    private static final long RUN_NS = 1_000_000_000;
    /** At 1 busy periods have no end in practice, and a test that gives up says nothing about the approach. */
    private static final double MOST_UTILISATION = 0.98;
    private static final List<String> TESTS = List.of("np-fp", "np-edf", "seg-fp", "seg-edf", "fp", "edf");
    private static final int FIFO = 0;
    private static final int NP_LIMIT = 7;
    private static final int SEG_LIMIT = 8;

    @Override
    public String name() {
        return "single";
    }

    @Override
    public String title() {
        return "One device, 10 tasks, periods log-uniform in 10 to 100 ms";
    }

    @Override
    public String axisTitle() {
        return "Utilisation";
    }

    @Override
    public double[] axis() {
        return IntStream.rangeClosed(1, 20).mapToDouble(i -> Math.min(i / 20.0, MOST_UTILISATION)).toArray();
    }

    @Override
    public List<String> approaches() {
        return List.of("FIFO", "np-fp", "np-edf", "seg-fp (5 segments)", "seg-edf (5 segments)", "fp (preemptive)", "edf (preemptive)",
            "whole jobs: no miss found in simulation", "5 segments: no miss found in simulation");
    }

    @Override
    public boolean isLimit(final int approach) {
        return approach >= NP_LIMIT;
    }

    @Override
    public int defaultSets() {
        return 250;
    }

    @Override
    public List<String> notes() {
        return List.of(
            "utilisations by UUniFast-discard, deadlines equal to periods, rate-monotonic priorities, segments of random length",
            "FIFO is accepted when all WCETs together fit into the shortest deadline: then no job waits for more than one job of each task",
            "no device here preempts within a segment: fp and edf are for reference, simulated beside the production code",
            "no miss found: by at least one of the two policies, synchronous and with random offsets, "
                + RUN_NS / 1_000_000_000 + " s each");
    }

    @Override
    public Worker worker() {
        final Simulator simulator = new Simulator();
        return (random, axis, outcome) -> judge(simulator, random, axis, outcome);
    }

    private void judge(final Simulator simulator, final SplittableRandom random, final double axis, final Outcome outcome) {
        final double[] shares = Draw.utilisations(random, TASKS, axis);
        final long[] period = new long[TASKS];
        for (int i = 0; i < TASKS; i++) {
            period[i] = (long) Draw.logUniform(random, LOW_PERIOD_NS, HIGH_PERIOD_NS);
        }
        Arrays.sort(period);
        final long[][] pieces = new long[TASKS][SEGMENTS];
        final long[] wcet = new long[TASKS];
        for (int i = 0; i < TASKS; i++) {
            pieces[i] = pieces(random, Math.max(SEGMENTS, (long) (shares[i] * period[i])));
            wcet[i] = Arrays.stream(pieces[i]).sum();
        }
        final long seed = random.nextLong();
        boolean wholeJobs = false;
        boolean segments = false;
        for (int t = 0; t < TESTS.size(); t++) {
            final PolicyKind policy = t % 2 == 0 ? PolicyKind.FIXED_PRIORITY : PolicyKind.EDF;
            final TaskSet set = set(period, t < 2 ? whole(wcet) : pieces, policy);
            final Verdict verdict = Analyses.byName(TESTS.get(t)).orElseThrow().analyze(set);
            outcome.accepted[t + 1] = verdict.schedulable();
            final boolean good;
            if (t < 4) {
                good = ProductionRuns.check(simulator, set, seed, RUN_NS, verdict, t + 1, outcome, name() + ' ' + TESTS.get(t));
            } else {
                good = reference(wcet, period, policy, verdict, t + 1, outcome);
            }
            wholeJobs |= t < 2 && good;
            segments |= t >= 2 && t < 4 && good;
        }
        fifo(wcet, period, outcome);
        outcome.accepted[NP_LIMIT] = wholeJobs;
        outcome.accepted[SEG_LIMIT] = segments;
    }

    private static long[] pieces(final SplittableRandom random, final long total) {
        final double[] cuts = random.doubles(SEGMENTS - 1).sorted().toArray();
        final long[] pieces = new long[SEGMENTS];
        long used = 0;
        for (int j = 0; j < SEGMENTS; j++) {
            final long end = j == SEGMENTS - 1 ? total : (long) (cuts[j] * total);
            pieces[j] = Math.max(1, end - used);
            used = Math.max(used, end);
        }
        return pieces;
    }

    private static long[][] whole(final long[] wcet) {
        return Arrays.stream(wcet).mapToObj(ns -> new long[] {ns}).toArray(long[][]::new);
    }

    private static TaskSet set(final long[] period, final long[][] pieces, final PolicyKind policy) {
        final TaskSetBuilder builder = TaskSet.builder("single").policy(policy).device(DeviceSpec.modelled("acc0"));
        for (int i = 0; i < period.length; i++) {
            final int at = i;
            builder.task("t" + i, task -> {
                task.periodNs(period[at]);
                for (final long ns : pieces[at]) {
                    task.segment("acc0", ns);
                }
            });
        }
        return builder.build();
    }

    private static boolean reference(final long[] wcet, final long[] period, final PolicyKind policy, final Verdict verdict,
        final int approach, final Outcome outcome) {
        if (!verdict.schedulable()) {
            return false;
        }
        final UniprocessorSimulator run = new UniprocessorSimulator(wcet, period,
            policy == PolicyKind.EDF ? UniprocessorSimulator.Order.EDF : UniprocessorSimulator.Order.FIXED_PRIORITY);
        final boolean missed = run.misses(new long[wcet.length], RUN_NS);
        outcome.observe(approach, verdict, run.largestNs, missed, "preemptive " + policy.text());
        return !missed;
    }

    private static void fifo(final long[] wcet, final long[] period, final Outcome outcome) {
        final long all = Arrays.stream(wcet).sum();
        outcome.accepted[FIFO] = all <= period[0];
        if (outcome.accepted[FIFO]) {
            final UniprocessorSimulator run = new UniprocessorSimulator(wcet, period, UniprocessorSimulator.Order.FIFO);
            final boolean missed = run.misses(new long[wcet.length], RUN_NS);
            final long[] bounds = new long[wcet.length];
            Arrays.fill(bounds, all);
            outcome.observe(FIFO, bounds, run.largestNs, missed, "FIFO");
        }
    }
}
