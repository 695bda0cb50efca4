// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.model.PolicyKind;
import org.tactus.model.SharingGroups;
import org.tactus.model.TaskSet;

/** All schedulability tests by name, and the choice among them. Immutable; safe for any thread. */
public final class Analyses {
    private static final GroupAnalysis BUDGET = new GroupAnalysis(new ChainFpAnalysis(true));
    /** All tests; among those that apply to one set, a tighter one stands before a looser one. */
    private static final List<GroupAnalysis> ALL = all();

    /** Between a test's name and its objection. */
    private static final String BECAUSE = " does not apply: ";

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
     * Says that there is no such test.
     *
     * @param name as somebody wrote it
     * @return what is wrong, with the names that there are
     */
    public static String unknown(final String name) {
        return "there is no test '" + name + "'; the tests are " + String.join(", ", names());
    }

    /**
     * Finds a test. It is applied to each group of tasks that share devices, as if the others were not there.
     *
     * @param name such as {@code chain-fp}; or several names joined by a plus, as {@link Verdict#test()} tells them where no single
     *             test applies to all groups
     * @return the test; empty when there is none of that name
     */
    public static Optional<SchedulabilityTest> byName(final String name) {
        final List<? extends SchedulabilityTest> parts = ALL.stream()
            .filter(test -> List.of(name.split("\\" + GroupAnalysis.AND, -1)).contains(test.name())).toList();
        final String known = parts.stream().map(SchedulabilityTest::name).collect(Collectors.joining(GroupAnalysis.AND));
        if (parts.isEmpty() || !known.equals(name)) {
            return Optional.empty();
        }
        return Optional.of(parts.size() == 1 ? parts.getFirst() : new GroupAnalysis(name, List.<SchedulabilityTest>copyOf(parts)));
    }

    /**
     * Analyses with the tightest sound test that applies. {@code chain-fp-budget} gives no bound at all when one task fails;
     * then {@code chain-fp} answers, which bounds at least the tasks of higher priority. The preemptive tests are chosen for preemptive
     * devices only; for others they are for reference. Of the swap tests only the one for the protocol of the set's device is chosen.
     *
     * <p>A test is applied to each group of tasks that share devices ({@link SharingGroups}): a group that fails takes no bound from
     * another. Where no single test applies to all groups, each group has the tightest one that applies to it.
     *
     * @param set the task set
     * @return the verdict; {@link Verdict#test()} names the test
     * @throws TestNotApplicableException when none applies, with what stands in the way of those for the set's policy
     */
    public static Verdict analyze(final TaskSet set) {
        for (final GroupAnalysis test : ALL) {
            if (!isCandidate(test, set)) {
                continue;
            }
            final Verdict verdict = test.analyze(set);
            if (test != BUDGET || verdict.schedulable()) {
                return verdict;
            }
        }
        final List<List<Integer>> groups = SharingGroups.of(set);
        if (groups.size() > 1) {
            return eachByItsOwn(set, groups);
        }
        throw new TestNotApplicableException("no sound test applies to '" + set.name() + "': " + objections(set));
    }

    /** Whether a test would be chosen if no tighter one were there. */
    private static boolean isCandidate(final GroupAnalysis test, final TaskSet set) {
        return !isReference(test, set) && test.objection(set).isEmpty() && isForProtocol(test, set);
    }

    /**
     * Names the test that would be chosen for a set.
     *
     * @param set a set to which another test does not apply
     * @return the end of a sentence; empty when no single test applies
     */
    static String alternative(final TaskSet set) {
        return ALL.stream().filter(test -> isCandidate(test, set)).findFirst()
            .map(test -> "; use " + test.name() + ", or leave the choice of the test out").orElse("");
    }

    /** What stands in the way of the tests for the set's policy, each reason once; swap tests only where a device swaps. */
    private static String objections(final TaskSet set) {
        final boolean swaps = set.platform().devices().stream().anyMatch(device -> device.memory().isPresent());
        final Map<String, List<String>> tests = new LinkedHashMap<>();
        for (final GroupAnalysis test : ALL) {
            final boolean asked = ((OfPolicy) test.only()).policy() == set.policy() && !isReference(test, set)
                && (swaps || !(test.only() instanceof SwapAnalysis));
            final String objection = asked ? test.objection(set) : "";
            if (!objection.isEmpty()) {
                tests.computeIfAbsent(objection.substring(objection.indexOf(BECAUSE) + BECAUSE.length()), reason -> new ArrayList<>())
                    .add(test.name());
            }
        }
        return tests.entrySet().stream().map(entry -> String.join(", ", entry.getValue())
            + (entry.getValue().size() == 1 ? BECAUSE : " do not apply: ") + entry.getKey()).collect(Collectors.joining("; "));
    }

    private static Verdict eachByItsOwn(final TaskSet set, final List<List<Integer>> groups) {
        final List<Verdict> verdicts = groups.stream().map(group -> analyze(SharingGroups.subset(set, group))).toList();
        final Set<String> used = verdicts.stream().map(Verdict::test).collect(Collectors.toSet());
        final String name = names().stream().filter(used::contains).collect(Collectors.joining(GroupAnalysis.AND));
        return GroupAnalysis.merge(name, set, groups, verdicts);
    }

    /** Swap tests judge only devices that run their protocol. */
    private static boolean isForProtocol(final GroupAnalysis test, final TaskSet set) {
        return !(test.only() instanceof SwapAnalysis swap)
            || GroupAnalysis.groups(set).stream().allMatch(swap::isProtocolOf);
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

    /**
     * How long a device can be busy without a break when it serves a set.
     *
     * @param set tasks on one device
     * @return nanoseconds; {@code Long.MAX_VALUE} when there is no such bound, or none was found, or tasks are swapped there
     */
    public static long longestBusyPeriodNs(final TaskSet set) {
        final boolean plain = Applicability.oneDevice("", set).isEmpty() && Applicability.measured("", set).isEmpty()
            && Applicability.noSwap("", set).isEmpty();
        return plain ? BusyPeriod.longestNs(new DeviceModel(set, ChainModel.priorityOrder(set))) : Long.MAX_VALUE;
    }

    /** The preemptive tests say something of a run only where the device is preemptive. */
    private static boolean isReference(final SchedulabilityTest test, final TaskSet set) {
        return (test.name().equals("fp") || test.name().equals("edf")) && !set.tasks().stream().allMatch(task -> task.segments().stream()
            .allMatch(segment -> set.platform().devices().get(segment.device()).isPreemptive()));
    }

    private static List<GroupAnalysis> all() {
        final List<GroupAnalysis> tests = new ArrayList<>();
        for (final DeviceAnalysis.Grain grain : DeviceAnalysis.Grain.values()) {
            tests.add(new GroupAnalysis(new DeviceAnalysis(grain, PolicyKind.FIXED_PRIORITY)));
            tests.add(new GroupAnalysis(new DeviceAnalysis(grain, PolicyKind.EDF)));
        }
        tests.add(new GroupAnalysis(new FirstLevelAnalysis("mot-np-fp", PolicyKind.FIXED_PRIORITY)));
        tests.add(new GroupAnalysis(new FirstLevelAnalysis("sam-slack", PolicyKind.EDF)));
        tests.add(new GroupAnalysis(new MandatoryFirstAnalysis()));
        tests.add(BUDGET);
        tests.add(new GroupAnalysis(new ChainFpAnalysis(false)));
        tests.add(new GroupAnalysis(new ChainEdfAnalysis(true)));
        tests.add(new GroupAnalysis(new ChainEdfAnalysis(false)));
        SwapAnalysis.all().forEach(test -> tests.add(new GroupAnalysis(test)));
        return List.copyOf(tests);
    }
}
