// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear program over bounded whole numbers, to be minimised. Rows are at most a limit; a row may hold only where a 0/1 variable is
 * 1, so that no solver is forced into large constants. Filled by one thread, then read by the solver.
 */
public final class IntegerProgram {
    /** Value of {@link Row#onlyIf()} of a row that always holds. */
    public static final int ALWAYS = -1;

    private final List<long[]> bounds = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Integer> objectiveVariables = new ArrayList<>();
    private final List<Long> objectiveFactors = new ArrayList<>();

    /**
     * A row: the sum of factor times variable is at most the limit.
     *
     * @param variables indexes
     * @param factors   as many
     * @param atMost    the limit
     * @param onlyIf    a 0/1 variable without which the row need not hold, or {@link #ALWAYS}
     */
    public record Row(int[] variables, long[] factors, long atMost, int onlyIf) {
    }

    /** Collects a row. */
    public final class Sum {
        private final List<Integer> variables = new ArrayList<>();
        private final List<Long> factors = new ArrayList<>();

        private Sum() {
        }

        /**
         * Adds a term.
         *
         * @param factor   any whole number
         * @param variable its index
         * @return this
         */
        public Sum plus(final long factor, final int variable) {
            if (factor != 0) {
                variables.add(variable);
                factors.add(factor);
            }
            return this;
        }

        /**
         * Limits the sum.
         *
         * @param limit the most that it may be
         */
        public void atMost(final long limit) {
            atMost(limit, ALWAYS);
        }

        /**
         * Limits the sum where a variable is 1.
         *
         * @param limit  the most that it may be
         * @param onlyIf a 0/1 variable
         */
        public void atMost(final long limit, final int onlyIf) {
            rows.add(new Row(variables(), factors(), limit, onlyIf));
        }

        /**
         * Fixes the sum.
         *
         * @param value what it is
         */
        public void exactly(final long value) {
            rows.add(new Row(variables(), factors(), value, ALWAYS));
            rows.add(new Row(variables(), factors.stream().mapToLong(f -> -f).toArray(), -value, ALWAYS));
        }

        private int[] variables() {
            return variables.stream().mapToInt(Integer::intValue).toArray();
        }

        private long[] factors() {
            return factors.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /**
     * Adds a variable.
     *
     * @param least smallest value
     * @param most  largest value
     * @return its index
     */
    public int variable(final long least, final long most) {
        bounds.add(new long[] {least, most});
        return bounds.size() - 1;
    }

    /**
     * Starts a row.
     *
     * @return an empty sum
     */
    public Sum sum() {
        return new Sum();
    }

    /**
     * Adds a term to what is minimised.
     *
     * @param factor   any whole number
     * @param variable its index
     */
    public void minimise(final long factor, final int variable) {
        objectiveVariables.add(variable);
        objectiveFactors.add(factor);
    }

    /**
     * The number of variables.
     *
     * @return one more than the largest index
     */
    public int variables() {
        return bounds.size();
    }

    /**
     * Smallest value of a variable.
     *
     * @param variable its index
     * @return the bound
     */
    public long least(final int variable) {
        return bounds.get(variable)[0];
    }

    /**
     * Largest value of a variable.
     *
     * @param variable its index
     * @return the bound
     */
    public long most(final int variable) {
        return bounds.get(variable)[1];
    }

    /**
     * The rows.
     *
     * @return in the order in which they were added
     */
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /**
     * What is minimised.
     *
     * @return as a row without a limit
     */
    public Row objective() {
        return new Row(objectiveVariables.stream().mapToInt(Integer::intValue).toArray(),
            objectiveFactors.stream().mapToLong(Long::longValue).toArray(), 0, ALWAYS);
    }
}
