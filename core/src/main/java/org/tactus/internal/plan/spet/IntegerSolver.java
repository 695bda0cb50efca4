// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

/**
 * Solves an {@link IntegerProgram}. The solver is not in this module: planning is offline, and a program that only runs plans should not
 * carry one. The command line brings Google's OR-Tools.
 */
@FunctionalInterface
public interface IntegerSolver {
    /**
     * What a solver found.
     *
     * @param values  value of each variable; empty when there is no solution or none was found
     * @param certain true when the values are optimal, or when it is certain that there is no solution; false when the solver gave up
     */
    record Solution(long[] values, boolean certain) {
        /**
         * Tells whether there are values.
         *
         * @return false when there are none
         */
        public boolean found() {
            return values.length > 0;
        }
    }

    /**
     * Solves; the same program gives the same values.
     *
     * @param program what to solve
     * @return the best that was found
     */
    Solution solve(IntegerProgram program);
}
