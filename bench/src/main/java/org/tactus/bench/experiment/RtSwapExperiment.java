package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.analysis.Analyses;
import org.tactus.analysis.Verdict;
import org.tactus.analysis.swap.MemoryConditions;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.plan.SwapVolumes;

/** Networks that need more memory than there is, under EDF: no swapping, whole models, the three protocols, semantic residency. */
final class RtSwapExperiment implements Experiment {
    private static final int TASKS = 6;
    private static final long CHUNK = 32L << 20;
    private static final long UNMAP_NS = 100_000;
    private static final long MOST_RUN_NS = 60_000_000_000L;
    private static final int NO_SWAP = 0;
    private static final int WHOLE = 1;
    private static final int FIRST_PROTOCOL = 2;
    private static final int SEMANTIC = 5;
    private static final int LIMIT = 6;

    private final double utilisation;
    private final double teraFlops;
    private final long copyNs;
    private final double bandwidth;
    private final List<String[]> models = Tables.read("rt-swap-models.csv");

    /** What one drawn set consists of. */
    private record Drawn(long[] footprint, long[] constant, long[] exec, long[] period, long capacity) {
    }

    /**
     * Takes what the tables do not say.
     *
     * @param utilisation sum of execution time over period, without swapping
     * @param teraFlops   rate at which a network executes, 10^12 floating-point operations a second
     * @param bandwidth   of a copy, 10^9 bytes a second
     */
    RtSwapExperiment(final double utilisation, final double teraFlops, final double bandwidth) {
        this.utilisation = utilisation;
        this.teraFlops = teraFlops;
        this.bandwidth = bandwidth;
        copyNs = (long) (CHUNK / bandwidth) + UNMAP_NS;
    }

    @Override
    public String name() {
        return "rt-swap";
    }

    @Override
    public String title() {
        return "Memory swapping, 6 networks, EDF";
    }

    @Override
    public String axisTitle() {
        return "Memory demand over capacity";
    }

    @Override
    public double[] axis() {
        return new double[] {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 1.962};
    }

    @Override
    public List<String> approaches() {
        return List.of("no swap", "whole-model swap", "SEQ", "SPE", "OVL", "semantic residency",
            "no miss found in simulation (without semantic)");
    }

    @Override
    public boolean isLimit(final int approach) {
        return approach == LIMIT;
    }

    @Override
    public int defaultSets() {
        return 400;
    }

    @Override
    public List<String> notes() {
        return List.of(
            String.format(Locale.ROOT, "12 pairs of network and input; execution = convolution operations at %.1f TFLOP/s, utilisations by "
                + "UUniFast-discard with sum %.2f without swapping, deadlines equal to periods", teraFlops, utilisation),
            String.format(Locale.ROOT, "chunk 32 MiB, copied at %.0f GB/s plus %d us for mapping, in %.2f ms each way; capacity = "
                + "demand / axis", bandwidth, UNMAP_NS / 1000, copyNs / 1e6),
            "volumes by the sweep over the largest volume, the first that the test accepts; whole-model swap: SEQ, "
                + "models out wholly or never, those of the longest periods first",
            "OVL needs room beside any two tasks and its test counts two blockings by later deadlines, so it pays only for short copies",
            "semantic residency: weights come in and are dropped, activations share one area of the largest; SEQ",
            "simulated chunk by chunk beside the production code, which knows no memory in simulation; no miss found: by any protocol with "
                + "accepted volumes, or the smallest, middle and largest of the sweep, or whole models");
    }

    @Override
    public Worker worker() {
        return this::judge;
    }

    private void judge(final SplittableRandom random, final double axis, final Outcome outcome) {
        final Drawn drawn = draw(random, axis);
        final long[] offsets = new long[TASKS];
        for (int i = 0; i < TASKS; i++) {
            offsets[i] = random.nextLong(drawn.period()[i]);
        }
        final TaskSet bare = set(drawn.footprint(), drawn.exec(), drawn.period(), drawn.capacity(), copyNs, new boolean[TASKS]);
        boolean good = accept(outcome, NO_SWAP, "np-edf", bare, SwapProtocol.SEQ, offsets);
        final List<TaskSet> whole = wholeModels(drawn);
        for (final TaskSet candidate : whole) {
            if (!outcome.accepted[WHOLE]) {
                good |= accept(outcome, WHOLE, "swap-seq-edf", candidate, SwapProtocol.SEQ, offsets);
            }
        }
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            final String test = "swap-" + protocol.text() + "-edf";
            final Optional<TaskSet> planned = new SwapVolumes(bare, protocol).firstAccepted(Analyses.byName(test).orElseThrow());
            good |= planned.isPresent()
                && accept(outcome, FIRST_PROTOCOL + protocol.ordinal(), test, planned.get(), protocol, offsets);
        }
        outcome.accepted[LIMIT] = good || anyRunIsGood(bare, whole, offsets);
        semantic(drawn, outcome, offsets);
    }

    private void semantic(final Drawn drawn, final Outcome outcome, final long[] offsets) {
        long scratch = 0;
        for (int i = 0; i < TASKS; i++) {
            scratch = Math.max(scratch, drawn.footprint()[i] - drawn.constant()[i]);
        }
        final long left = drawn.capacity() - scratch;
        if (left < CHUNK) {
            return;
        }
        final TaskSet set = set(drawn.constant(), drawn.exec(), drawn.period(), left, UNMAP_NS, new boolean[TASKS]);
        new SwapVolumes(set, SwapProtocol.SEQ).firstAccepted(Analyses.byName("swap-seq-edf").orElseThrow())
            .ifPresent(planned -> accept(outcome, SEMANTIC, "swap-seq-edf", planned, SwapProtocol.SEQ, offsets));
    }

    private boolean accept(final Outcome outcome, final int approach, final String test, final TaskSet set, final SwapProtocol protocol,
        final long[] offsets) {
        final Verdict verdict = Analyses.byName(test).orElseThrow().analyze(set);
        if (!verdict.schedulable()) {
            return false;
        }
        outcome.accepted[approach] = true;
        final long[] largest = new long[TASKS];
        boolean missed = false;
        for (final long[] start : List.of(new long[TASKS], offsets)) {
            final SwapSimulator run = new SwapSimulator(set, protocol);
            missed |= run.misses(start, duration(set));
            for (int i = 0; i < TASKS; i++) {
                largest[i] = Math.max(largest[i], run.largestNs[i]);
            }
        }
        outcome.observe(approach, verdict, largest, missed, name() + ' ' + approaches().get(approach));
        return !missed;
    }

    /** Models swapped wholly or never: the first k of the longest periods, for every k that MC1 allows. */
    private List<TaskSet> wholeModels(final Drawn drawn) {
        final int[] order = IntStream.range(0, TASKS).boxed()
            .sorted((a, b) -> Long.compare(drawn.period()[b], drawn.period()[a])).mapToInt(Integer::intValue).toArray();
        final boolean[] swapped = new boolean[TASKS];
        final List<TaskSet> sets = new ArrayList<>();
        for (int k = 0; k <= TASKS; k++) {
            final TaskSet candidate = set(drawn.footprint(), drawn.exec(), drawn.period(), drawn.capacity(), copyNs, swapped);
            if (MemoryConditions.of(candidate).mc1()) {
                sets.add(candidate);
            }
            if (k < TASKS) {
                swapped[order[k]] = true;
            }
        }
        return sets;
    }

    private static boolean anyRunIsGood(final TaskSet bare, final List<TaskSet> whole, final long[] offsets) {
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            final SwapVolumes sweep = new SwapVolumes(bare, protocol);
            final List<long[]> candidates = sweep.candidates();
            if (candidates.isEmpty()) {
                continue;
            }
            for (final int at : new int[] {0, candidates.size() / 2, candidates.size() - 1}) {
                if (runsWell(sweep.with(candidates.get(at)), protocol, offsets)) {
                    return true;
                }
            }
        }
        return whole.stream().anyMatch(set -> runsWell(set, SwapProtocol.SEQ, offsets));
    }

    private static boolean runsWell(final TaskSet set, final SwapProtocol protocol, final long[] offsets) {
        return !new SwapSimulator(set, protocol).misses(new long[TASKS], duration(set))
            && !new SwapSimulator(set, protocol).misses(offsets, duration(set));
    }

    private static long duration(final TaskSet set) {
        return Math.min(MOST_RUN_NS, 6 * set.tasks().stream().mapToLong(task -> task.periodNs()).max().orElseThrow());
    }

    private Drawn draw(final SplittableRandom random, final double axis) {
        while (true) {
            final double[] shares = Draw.utilisations(random, TASKS, utilisation);
            final Drawn drawn = new Drawn(new long[TASKS], new long[TASKS], new long[TASKS], new long[TASKS], 0);
            long demand = 0;
            long largest = 0;
            for (int i = 0; i < TASKS; i++) {
                final String[] model = models.get(random.nextInt(models.size()));
                drawn.footprint()[i] = Long.parseLong(model[1]);
                drawn.constant()[i] = Long.parseLong(model[2]);
                drawn.exec()[i] = (long) (Long.parseLong(model[3]) / teraFlops / 1000);
                drawn.period()[i] = Math.max(1, (long) (drawn.exec()[i] / shares[i]));
                demand += drawn.footprint()[i];
                largest = Math.max(largest, drawn.footprint()[i]);
            }
            final long capacity = (long) Math.ceil(demand / axis);
            if (largest + CHUNK <= capacity) {
                return new Drawn(drawn.footprint(), drawn.constant(), drawn.exec(), drawn.period(), capacity);
            }
        }
    }

    private TaskSet set(final long[] footprint, final long[] exec, final long[] period, final long capacity, final long outNs,
        final boolean[] whole) {
        final TaskSetBuilder builder = TaskSet.builder("rt-swap").policy(PolicyKind.EDF).device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(capacity, CHUNK, SwapProtocol.SEQ, copyNs, outNs, 0, 0)));
        for (int i = 0; i < TASKS; i++) {
            final int at = i;
            builder.task("t" + i, task -> task.periodNs(period[at]).segment("gpu0", exec[at]).memory(new TaskMemory(footprint[at],
                whole[at] ? OptionalLong.of(footprint[at]) : OptionalLong.empty(), Optional.empty())));
        }
        return builder.build();
    }
}
