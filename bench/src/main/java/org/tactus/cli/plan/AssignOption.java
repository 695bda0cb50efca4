// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.util.Optional;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.TestNames;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.plan.PriorityAssignment;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import picocli.CommandLine.Option;

/** {@code --assign}: priorities in place of the file's; what several commands share. */
public final class AssignOption {
    /** How priorities are given. */
    enum Rule { rm, dm, opa }

    @Option(names = "--assign", paramLabel = "RULE",
        description = "Gives tasks other priorities than the file's: rm (rate-monotonic), dm (deadline-monotonic) or opa (Audsley's, by the"
            + " schedulability test).")
    private Rule rule;

    /**
     * The rule by which priorities were given in place of the file's.
     *
     * @return such as {@code rm}; empty without one
     */
    public String text() {
        return rule == null ? "" : rule.name();
    }

    /**
     * Gives a set its priorities.
     *
     * @param loaded the set
     * @param test   the schedulability test for {@code opa}; empty for the tightest that applies
     * @return the set as the options want it
     */
    public LoadedTaskSet apply(final LoadedTaskSet loaded, final Optional<String> test) {
        if (rule == null) {
            return loaded;
        }
        final TaskSet set = loaded.taskSet();
        if (set.policy() != PolicyKind.FIXED_PRIORITY) {
            throw loaded.error("policy", "--assign gives priorities, which '" + set.policy().text()
                + "' does not use; write 'policy: fixed-priority', or leave the option out");
        }
        final TaskSet assigned = switch (rule) {
            case rm -> PriorityAssignment.rateMonotonic(set);
            case dm -> PriorityAssignment.deadlineMonotonic(set);
            case opa -> PriorityAssignment.optimal(set, candidate -> analyze(loaded, candidate, test)).orElseGet(() -> {
                System.err.println(loaded.file() + ": no priorities were found under which every task is bounded; they are"
                    + " deadline-monotonic");
                return PriorityAssignment.deadlineMonotonic(set);
            });
        };
        return new LoadedTaskSet(assigned, loaded.file(), loaded.baseDirectory(), loaded.overheadsSource(), loaded.calibration(),
            loaded.sidecar(), loaded.menus(), loaded.warnings(), loaded.lines(), loaded.planned());
    }

    private static Verdict analyze(final LoadedTaskSet loaded, final TaskSet set, final Optional<String> test) {
        try {
            return test.isEmpty() ? Analyses.analyze(set) : TestNames.find(test.get()).analyze(set);
        } catch (final TestNotApplicableException e) {
            throw loaded.error("policy", e.getMessage());
        }
    }
}
