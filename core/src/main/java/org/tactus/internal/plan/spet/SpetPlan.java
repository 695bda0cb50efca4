// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.List;
import org.tactus.analysis.Verdict;
import org.tactus.model.MenuOption;
import org.tactus.model.TaskSet;

/**
 * What the planner found.
 *
 * @param set     the task set with the chosen segments
 * @param options the chosen option of each task
 * @param verdict of {@code seg-fp} or {@code seg-edf} on it; a plan that it rejects is the best try, not a plan
 * @param proof   what is known of its quality
 */
public record SpetPlan(TaskSet set, List<MenuOption> options, Verdict verdict, Proof proof) {
    /** What is known of a plan's quality. */
    public enum Proof {
        /** No choice from these menus that the test accepts is better; where there is no plan, no choice is accepted. */
        BEST("no choice that the test accepts is better"),
        /** The best under the program's stricter test; the search under the deciding test ended at its limit. */
        BEST_OF_PROGRAM("best under the stricter test of the program; the search beyond it ended at its limit"),
        /** Solver or search ended at their limits. */
        UNKNOWN("solver and search ended at their limits");

        private final String text;

        Proof(final String text) {
            this.text = text;
        }

        /**
         * For people.
         *
         * @return part of a sentence
         */
        public String text() {
            return text;
        }
    }

    public SpetPlan {
        options = List.copyOf(options);
    }

    /**
     * Parameter memory that the plan takes.
     *
     * @return bytes
     */
    public long sramBytes() {
        return options.stream().mapToLong(MenuOption::sramBytes).sum();
    }
}
