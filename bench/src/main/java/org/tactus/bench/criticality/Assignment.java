// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import com.google.ortools.graph.LinearSumAssignment;
import java.util.Arrays;
import org.tactus.cli.spet.OrTools;

/**
 * Pairs rows with columns so that the sum of their worths is the largest: the assignment problem that the Hungarian method solves, here by
 * OR-Tools' solver. A pair without worth is none. It allocates; {@link PreparedAssignment} is for dispatchers. Any thread.
 */
final class Assignment {
    /** No partner. */
    static final int NONE = -1;
    private static final double SCALE = 1_000_000;

    static {
        OrTools.load();
    }

    private Assignment() {
    }

    /**
     * Solves.
     *
     * @param worth by row and column, at most 1,000 each; at or below 0 for a pair that must not be
     * @return the column of each row, or {@link #NONE}
     */
    static int[] best(final double[][] worth) {
        final int rows = worth.length;
        final int columns = rows == 0 ? 0 : worth[0].length;
        final int[] partner = new int[rows];
        Arrays.fill(partner, NONE);
        final int size = Math.max(rows, columns);
        if (rows == 0 || columns == 0) {
            return partner;
        }
        final LinearSumAssignment problem = new LinearSumAssignment(); // wants a perfect pairing of as many rows as columns
        for (int r = 0; r < size; r++) {
            for (int c = 0; c < size; c++) {
                final double more = r < rows && c < columns ? Math.max(0, worth[r][c]) : 0;
                problem.addArcWithCost(r, c, -Math.round(more * SCALE));
            }
        }
        if (problem.solve() != LinearSumAssignment.Status.OPTIMAL) {
            throw new IllegalStateException("the assignment of " + rows + " rows to " + columns + " columns was not solved");
        }
        for (int r = 0; r < rows; r++) {
            final int c = problem.getRightMate(r);
            partner[r] = c < columns && worth[r][c] > 0 ? c : NONE;
        }
        return partner;
    }
}
