// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Explainer;
import org.tactus.internal.analysis.OfPolicy;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The six tests of swapping: all tasks on one device with scheduled memory; under OVL tasks of one segment. A set is schedulable
 * when the test of the protocol and the memory condition hold: MC1 for SEQ and SPE, MC2 too for OVL. Formulas and proofs in
 * {@code swapping.md}. Immutable.
 *
 * <p>A test may be asked about a set whose device names another protocol: it answers for its own one and the choice among tests
 * ({@link org.tactus.internal.analysis.Analyses#analyze}) takes only the one that {@link #isProtocolOf(TaskSet)}.
 */
public final class SwapAnalysis implements OfPolicy {
    private final SwapProtocol protocol;
    private final PolicyKind policy;

    /**
     * Makes one of the six.
     *
     * @param protocol how swapping is scheduled
     * @param policy   how jobs are ordered
     */
    public SwapAnalysis(final SwapProtocol protocol, final PolicyKind policy) {
        this.protocol = protocol;
        this.policy = policy;
    }

    /**
     * All six.
     *
     * @return by protocol, fixed priority first
     */
    public static List<SchedulabilityTest> all() {
        final List<SchedulabilityTest> tests = new ArrayList<>();
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            tests.add(new SwapAnalysis(protocol, PolicyKind.FIXED_PRIORITY));
            tests.add(new SwapAnalysis(protocol, PolicyKind.EDF));
        }
        return List.copyOf(tests);
    }

    @Override
    public String name() {
        return "swap-" + protocol.text() + (policy == PolicyKind.EDF ? "-edf" : "-fp");
    }

    /**
     * Whether this test is for the protocol that the set's device will run.
     *
     * @param set a set to which this test applies
     * @return true when the device names this protocol
     */
    public boolean isProtocolOf(final TaskSet set) {
        return SwapModel.memory(set).protocol() == protocol;
    }

    @Override
    public PolicyKind policy() {
        return policy;
    }

    @Override
    public String applies(final TaskSet set) {
        if (set.policy() != policy) {
            return name() + " does not apply: it is for the policy " + policy.text() + ", the set's is " + set.policy().text();
        }
        for (final Task task : set.tasks()) {
            if (task.isBestEffort()) {
                return name() + " does not apply: '" + task.name() + "' is best-effort, and what it would take from swapping is not"
                    + " bounded; give it a deadline ('class: hard'), or a device where no task is swapped";
            }
        }
        final int device = set.tasks().getFirst().segments().getFirst().device();
        final DeviceSpec spec = set.platform().devices().get(device);
        for (final Task task : set.tasks()) {
            for (final Segment segment : task.segments()) {
                if (segment.device() != device) {
                    return name() + " does not apply: it says nothing of tasks on other devices, but '" + task.name()
                        + "' runs on " + set.platform().devices().get(segment.device()).name() + " and '"
                        + set.tasks().getFirst().name() + "' on " + spec.name() + "; leave the choice of the test out where they share no"
                        + " device, else put all tasks on one, or give none a swap volume";
                }
                if (segment.wcetNs() == Segment.UNMEASURED) {
                    return name() + " does not apply: segment " + task.segments().indexOf(segment) + " of '" + task.name()
                        + "' has no WCET yet; measure it with 'tactus profile'";
                }
            }
            if (task.segments().size() != 1 && protocol == SwapProtocol.OVL) {
                return name() + " does not apply: no sound test is known for several segments a job under this protocol, since what a job"
                    + " that waits between two of them loses to others is not bounded, but '" + task.name() + "' has "
                    + task.segments().size() + "; write 'protocol: seq' or 'protocol: spe', or make it one segment";
            }
            if (protocol != SwapProtocol.SEQ && spec.memory().map(memory -> SwapRegion.of(task, memory).ringChunks() > 0).orElse(false)) {
                return name() + " does not apply: '" + task.name() + "' streams through a ring, which only a job that is served as one unit"
                    + " may; write 'protocol: seq', or remove 'stream'";
            }
        }
        final boolean units = set.tasks().stream().anyMatch(task -> task.segments().size() > 1);
        if (units && spec.memory().isPresent() && !set.swapsOn(device)) {
            return name() + " does not apply: nothing is swapped on " + spec.name()
                + ", so a job of several segments is not one unit there";
        }
        if (spec.memory().isEmpty()) {
            return name() + " does not apply: device " + spec.name() + " has no scheduled memory; give it memory, chunk, chunkIn and "
                + "chunkOut";
        }
        return "";
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        final String objection = applies(set);
        if (!objection.isEmpty()) {
            throw new TestNotApplicableException(objection);
        }
        final Verdict timing = protocol == SwapProtocol.OVL ? overlapped(set)
            : policy == PolicyKind.EDF ? earliestDeadline(set) : fixedPriority(set);
        final String memory = MemoryConditions.of(set).problem(protocol == SwapProtocol.OVL);
        if (memory.isEmpty()) {
            return timing;
        }
        return Verdict.rejected(name(), timing.tasks(), () -> timing.schedulable() ? memory : memory + "; besides, " + timing.reason());
    }

    /**
     * What a job of each task holds the device for at most under SEQ, from when it is taken up to its end: E, swapping included.
     *
     * @param set a set to which the tests of SEQ apply
     * @return nanoseconds, in the set's order of tasks
     */
    public static long[] unitNs(final TaskSet set) {
        return new SwapModel(set, SwapProtocol.SEQ, IntStream.range(0, set.tasks().size()).toArray()).demand.clone();
    }

    /**
     * What a job of each task takes of the device at most under SPE: E, its execution, its moves, and those for chunks that it loses.
     *
     * @param set a set to which the tests of SPE apply
     * @return nanoseconds, in the set's order of tasks
     */
    public static long[] preemptedNs(final TaskSet set) {
        return new SwapModel(set, SwapProtocol.SPE, IntStream.range(0, set.tasks().size()).toArray()).demand.clone();
    }

    /**
     * The longest piece of each task under SPE that is not preempted: a segment, or the move of a chunk.
     *
     * @param set a set to which the tests of SPE apply
     * @return nanoseconds, in the set's order of tasks
     */
    public static long[] longestPieceNs(final TaskSet set) {
        return new SwapModel(set, SwapProtocol.SPE, IntStream.range(0, set.tasks().size()).toArray()).region.clone();
    }

    private Verdict fixedPriority(final TaskSet set) {
        final SwapModel model = new SwapModel(set, protocol, priorityOrder(set));
        final LimitedPreemption solver = new LimitedPreemption(model);
        final long[] bounds = new long[model.tasks];
        int failed = -1;
        for (int i = 0; i < model.tasks; i++) {
            bounds[i] = solver.bound(i, model.deadline[i]);
            failed = failed < 0 && bounds[i] > model.deadline[i] ? i : failed;
        }
        return verdict(model, bounds, failed, i -> new LimitedPreemption(model).explain(i));
    }

    private Verdict earliestDeadline(final TaskSet set) {
        final SwapModel model = new SwapModel(set, protocol, IntStream.range(0, set.tasks().size()).toArray());
        final LimitedPreemptionEdf solver = new LimitedPreemptionEdf(model);
        final long[] bounds = new long[model.tasks];
        Arrays.fill(bounds, Long.MAX_VALUE);
        int failed = -1;
        if (solver.feasible()) {
            solver.solve();
            for (int i = 0; i < model.tasks; i++) {
                bounds[i] = solver.bound(i);
            }
        } else {
            failed = solver.failing();
        }
        final Verdict verdict = verdict(model, bounds, failed, new Explainer<>(() -> {
            final LimitedPreemptionEdf fresh = new LimitedPreemptionEdf(model);
            if (fresh.feasible()) {
                fresh.solve();
            }
            return fresh;
        }, LimitedPreemptionEdf::explain));
        return solver.gaveUp() ? Verdict.not(name(), verdict.tasks(), true, verdict::reason) : verdict;
    }

    private Verdict overlapped(final TaskSet set) {
        final boolean edf = policy == PolicyKind.EDF;
        final SwapModel model = new SwapModel(set, protocol, edf ? IntStream.range(0, set.tasks().size()).toArray() : priorityOrder(set));
        final DoubleBuffer solver = new DoubleBuffer(model, edf);
        final int failed = solver.solve();
        final long[] bounds = solver.bounds();
        if (edf && failed >= 0) {
            Arrays.fill(bounds, Long.MAX_VALUE);
        }
        return verdict(model, bounds, failed, i -> new DoubleBuffer(model, edf).explain(i));
    }

    private Verdict verdict(final SwapModel model, final long[] bounds, final int failed, final IntFunction<Explanation> explain) {
        final TaskVerdict[] tasks = new TaskVerdict[model.tasks];
        for (int rank = 0; rank < model.tasks; rank++) {
            final int i = rank;
            final long bound = bounds[i] <= model.deadline[i] ? bounds[i] : TaskVerdict.UNBOUNDED;
            tasks[model.order[i]] = new TaskVerdict(model.task(i).name(), bound, model.deadline[i], () -> explain.apply(i));
        }
        return failed < 0 ? Verdict.of(name(), Arrays.asList(tasks))
            : Verdict.rejected(name(), Arrays.asList(tasks), tasks[model.order[failed]]);
    }

    private static int[] priorityOrder(final TaskSet set) {
        return IntStream.range(0, set.tasks().size()).boxed().sorted(set::compareFixedPriority).mapToInt(Integer::intValue).toArray();
    }
}
