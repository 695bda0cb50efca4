package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/** All schedulability tests by name, and the choice among them. Immutable; safe for any thread. */
public final class Analyses {
    private static final SchedulabilityTest BUDGET = new ChainFpAnalysis(true);
    /** All tests; among those that apply to one set, a tighter one stands before a looser one. */
    private static final List<SchedulabilityTest> ALL = all();

    private Analyses() {
    }

    /**
     * All names.
     *
     * @return in the order of preference
     */
    public static List<String> names() {
        return ALL.stream().map(SchedulabilityTest::name).toList();
    }

    /**
     * Finds a test.
     *
     * @param name such as {@code chain-fp}
     * @return the test; empty when there is none of that name
     */
    public static Optional<SchedulabilityTest> byName(final String name) {
        return ALL.stream().filter(test -> test.name().equals(name)).findFirst();
    }

    /**
     * Analyses with the tightest sound test that applies. {@code chain-fp-budget} gives no bound at all when one task fails;
     * then {@code chain-fp} answers, which bounds at least the tasks of higher priority. The preemptive tests are for reference
     * and never chosen: no device here is preemptive. Of the swap tests only the one for the protocol of the set's device is chosen.
     *
     * @param set the task set
     * @return the verdict; {@link Verdict#test()} names the test
     * @throws TestNotApplicableException when none applies, with what stands in the way of each
     */
    public static Verdict analyze(final TaskSet set) {
        final List<String> objections = new ArrayList<>();
        for (final SchedulabilityTest test : ALL) {
            if (isReference(test)) {
                continue;
            }
            final String objection = test.applies(set);
            if (!objection.isEmpty()) {
                objections.add(objection);
                continue;
            }
            if (test instanceof SwapAnalysis swap && !swap.isProtocolOf(set)) {
                continue;
            }
            final Verdict verdict = test.analyze(set);
            if (test != BUDGET || verdict.schedulable()) {
                return verdict;
            }
        }
        throw new TestNotApplicableException("no sound test applies to '" + set.name() + "': " + String.join("; ", objections));
    }

    /**
     * Finds the tightest sound test that applies, as {@link #analyze(TaskSet)} chooses it.
     *
     * @param set the task set
     * @return the test
     * @throws TestNotApplicableException when none applies
     */
    public static SchedulabilityTest tightest(final TaskSet set) {
        return byName(analyze(set).test()).orElseThrow();
    }

    private static boolean isReference(final SchedulabilityTest test) {
        return test.name().equals("fp") || test.name().equals("edf");
    }

    private static List<SchedulabilityTest> all() {
        final List<SchedulabilityTest> tests = new ArrayList<>();
        for (final DeviceAnalysis.Grain grain : DeviceAnalysis.Grain.values()) {
            tests.add(new DeviceAnalysis(grain, PolicyKind.FIXED_PRIORITY));
            tests.add(new DeviceAnalysis(grain, PolicyKind.EDF));
        }
        tests.add(BUDGET);
        tests.add(new ChainFpAnalysis(false));
        tests.add(new ChainEdfAnalysis(true));
        tests.add(new ChainEdfAnalysis(false));
        tests.addAll(SwapAnalysis.all());
        return List.copyOf(tests);
    }
}
