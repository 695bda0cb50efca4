// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.Verdict;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * {@code sam-slack} and {@code mot-np-fp}: one device whose segments have levels. Every deadline holds with the first levels, and the
 * policy takes a larger one only where its own test at run time shows that every deadline still holds. So what is bounded is the deadline:
 * a larger level may make any job later than the first levels would. Proof: {@code docs/proofs/schedulability.md}, section 11.
 */
final class FirstLevelAnalysis implements OfPolicy {
    private final DeviceAnalysis firstLevels;

    FirstLevelAnalysis(final String name, final PolicyKind policy) {
        firstLevels = DeviceAnalysis.ofFirstLevels(name, policy);
    }

    @Override
    public String name() {
        return firstLevels.name();
    }

    @Override
    public PolicyKind policy() {
        return firstLevels.policy();
    }

    @Override
    public String applies(final TaskSet set) {
        return firstLevels.applies(set);
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        final Verdict plain = firstLevels.analyze(set);
        final List<TaskVerdict> tasks = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final TaskVerdict task = plain.tasks().get(i);
            final long deadlineNs = set.tasks().get(i).deadlineNs();
            final String device = set.platform().devices().get(set.tasks().get(i).segments().getFirst().device()).name();
            if (task.isBestEffort()) {
                tasks.add(task);
            } else if (plain.schedulable()) {
                tasks.add(new TaskVerdict(task.name(), deadlineNs, deadlineNs, () -> upToTheDeadline(task, device)));
            } else {
                tasks.add(new TaskVerdict(task.name(), TaskVerdict.UNBOUNDED, deadlineNs, () -> unbounded(task, plain)));
            }
        }
        return plain.schedulable() ? Verdict.of(name(), tasks) : Verdict.not(name(), tasks, plain.undecided(), plain::reason);
    }

    private static Explanation upToTheDeadline(final TaskVerdict first, final String device) {
        final List<Term> terms = new ArrayList<>(first.explanation().terms());
        terms.add(new Term(Term.Kind.DEMAND, "", device, 1, first.slackNs()));
        final Explanation plain = Sentences.explain(first.name(), first.deadlineNs(), first.deadlineNs(), 0, terms);
        return new Explanation(plain.responseNs(), plain.firstFailingNs(), plain.terms(), Sentences.levels(first.name(), first.deadlineNs())
            + "; with first levels alone its bound is " + Sentences.duration(first.responseBoundNs()));
    }

    /** With first levels alone this task may be bounded, but levels are taken at its cost as soon as one task has no bound. */
    private static Explanation unbounded(final TaskVerdict first, final Verdict plain) {
        return !first.bounded() ? first.explanation() : plain.tasks().stream().filter(task -> !task.bounded() && !task.isBestEffort())
            .findFirst().map(failing -> Sentences.follows(first.name(), failing.name(), first.deadlineNs()))
            .orElseGet(first::explanation);
    }
}
