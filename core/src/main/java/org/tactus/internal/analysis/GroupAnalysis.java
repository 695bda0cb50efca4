// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.model.SharingGroups;
import org.tactus.model.TaskSet;

/**
 * Applies tests to each group of tasks that share devices, as if the others were not there: no group delays another. The first test
 * that applies to a group and accepts it judges it, else the last that applies. Immutable.
 */
final class GroupAnalysis implements SchedulabilityTest {
    /** Between the names of tests of which each judges some groups. */
    static final String AND = "+";

    private final String name;
    private final List<SchedulabilityTest> tests;

    /** One test, on each group by itself. */
    GroupAnalysis(final SchedulabilityTest test) {
        this(test.name(), List.of(test));
    }

    /** Several tests, in the order of preference: for sets to no group of which one test applies alone. */
    GroupAnalysis(final String name, final List<SchedulabilityTest> tests) {
        this.name = name;
        this.tests = tests;
    }

    @Override
    public String name() {
        return name;
    }

    /** The only test, where there is one. */
    SchedulabilityTest only() {
        return tests.getFirst();
    }

    /** The groups of tasks that share devices, each as a set of its own. */
    static List<TaskSet> groups(final TaskSet set) {
        final List<List<Integer>> groups = SharingGroups.of(set);
        return groups.size() == 1 ? List.of(set) : groups.stream().map(group -> SharingGroups.subset(set, group)).toList();
    }

    @Override
    public String applies(final TaskSet set) {
        final String objection = objection(set);
        return objection.isEmpty() ? "" : objection + Analyses.alternative(set);
    }

    /** What stands in the way, as {@link #applies} says it, without a word on other tests. */
    String objection(final TaskSet set) {
        for (final TaskSet group : groups(set)) {
            final List<String> objections = tests.stream().map(test -> test.applies(group)).toList();
            if (objections.stream().noneMatch(String::isEmpty)) {
                // Of a set that one test is to judge as a whole, the whole says better what stands in the way.
                final String whole = tests.size() == 1 ? only().applies(set) : "";
                return whole.isEmpty() ? String.join("; ", objections) : whole;
            }
        }
        return "";
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        final List<List<Integer>> groups = SharingGroups.of(set);
        if (groups.size() == 1) {
            return judge(set, set);
        }
        final List<Verdict> verdicts = new ArrayList<>();
        for (final List<Integer> group : groups) {
            verdicts.add(judge(SharingGroups.subset(set, group), set));
        }
        return merge(name, set, groups, verdicts);
    }

    private Verdict judge(final TaskSet group, final TaskSet whole) {
        Verdict verdict = null;
        final List<String> objections = new ArrayList<>();
        for (final SchedulabilityTest test : tests) {
            final String objection = test.applies(group);
            if (!objection.isEmpty()) {
                objections.add(objection);
            } else if (verdict == null || !verdict.schedulable()) {
                verdict = test.analyze(group);
            }
        }
        if (verdict == null) {
            throw new TestNotApplicableException(String.join("; ", objections) + Analyses.alternative(whole));
        }
        return verdict;
    }

    /**
     * Puts the groups' verdicts together.
     *
     * @param name     of the test
     * @param set      the whole set
     * @param groups   indices of the tasks of each group
     * @param verdicts of each group
     * @return what is said of the set: it is undecided when no group is refused and one is undecided
     */
    static Verdict merge(final String name, final TaskSet set, final List<List<Integer>> groups, final List<Verdict> verdicts) {
        final TaskVerdict[] tasks = new TaskVerdict[set.tasks().size()];
        for (int g = 0; g < groups.size(); g++) {
            for (int at = 0; at < groups.get(g).size(); at++) {
                tasks[groups.get(g).get(at)] = verdicts.get(g).tasks().get(at);
            }
        }
        final List<Verdict> bad = verdicts.stream().filter(verdict -> !verdict.schedulable()).toList();
        if (bad.isEmpty()) {
            return Verdict.of(name, Arrays.asList(tasks));
        }
        final boolean undecided = bad.stream().allMatch(Verdict::undecided);
        final List<Verdict> told = bad.stream().filter(verdict -> undecided || !verdict.undecided()).toList();
        return Verdict.not(name, Arrays.asList(tasks), undecided, () -> told.stream().map(Verdict::reason)
            .collect(Collectors.joining("; besides, on other devices: ")));
    }
}
