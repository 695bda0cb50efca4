// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.Arrays;

/**
 * Solves the problem of {@link Assignment} in memory that was taken before, so that a dispatcher may call it: the Hungarian method by
 * shortest augmenting paths (Jonker and Volgenant, 1987), a row at a time. At most rows^2 columns steps, with rows the fewer of the two.
 * Allocates nothing after it was made. One thread.
 */
final class PreparedAssignment {
    private final int mostColumns;
    private final double[] worth;
    private final double[] rowPrice;
    private final double[] columnPrice;
    private final double[] slack;
    /** By column, from 1: the row that has it; 0 for none. */
    private final int[] owner;
    private final int[] from;
    private final boolean[] reached;
    private final int[] partner;

    /**
     * Takes memory.
     *
     * @param rows    at most
     * @param columns at most
     */
    PreparedAssignment(final int rows, final int columns) {
        final int most = Math.max(rows, columns) + 1;
        mostColumns = columns;
        worth = new double[rows * columns];
        rowPrice = new double[most];
        columnPrice = new double[most];
        slack = new double[most];
        owner = new int[most];
        from = new int[most];
        reached = new boolean[most];
        partner = new int[rows];
    }

    /** Says what a pair is worth; at or below 0 for one that must not be. */
    void worth(final int row, final int column, final double value) {
        worth[row * mostColumns + column] = value;
    }

    /** What a pair is worth. */
    double worth(final int row, final int column) {
        return worth[row * mostColumns + column];
    }

    /** Pairs the first rows with the first columns; {@link #partner} has the answer. */
    void solve(final int rows, final int columns) {
        Arrays.fill(partner, 0, rows, Assignment.NONE);
        final boolean turned = rows > columns;
        final int few = turned ? columns : rows;
        final int many = turned ? rows : columns;
        Arrays.fill(rowPrice, 0, few + 1, 0);
        Arrays.fill(columnPrice, 0, many + 1, 0);
        Arrays.fill(owner, 0, many + 1, 0);
        for (int i = 1; i <= few; i++) {
            take(i, many, turned);
        }
        for (int j = 1; j <= many; j++) {
            if (owner[j] > 0 && cost(owner[j], j, turned) < 0) {
                partner[turned ? j - 1 : owner[j] - 1] = turned ? owner[j] - 1 : j - 1;
            }
        }
    }

    private double cost(final int i, final int j, final boolean turned) {
        return -Math.max(0, turned ? worth(j - 1, i - 1) : worth(i - 1, j - 1));
    }

    /** Gives one more row a column, along the shortest path of changes. */
    private void take(final int row, final int columns, final boolean turned) {
        owner[0] = row;
        Arrays.fill(slack, 0, columns + 1, Double.POSITIVE_INFINITY);
        Arrays.fill(reached, 0, columns + 1, false);
        int at = 0;
        while (owner[at] != 0) {
            reached[at] = true;
            final int i = owner[at];
            double least = Double.POSITIVE_INFINITY;
            int next = 0;
            for (int j = 1; j <= columns; j++) {
                if (!reached[j]) {
                    final double reduced = cost(i, j, turned) - rowPrice[i] - columnPrice[j];
                    if (reduced < slack[j]) {
                        slack[j] = reduced;
                        from[j] = at;
                    }
                    if (slack[j] < least) {
                        least = slack[j];
                        next = j;
                    }
                }
            }
            for (int j = 0; j <= columns; j++) {
                if (reached[j]) {
                    rowPrice[owner[j]] += least;
                    columnPrice[j] -= least;
                } else {
                    slack[j] -= least;
                }
            }
            at = next;
        }
        while (at != 0) {
            owner[at] = owner[from[at]];
            at = from[at];
        }
    }

    /** The column of a row, or {@link Assignment#NONE}. */
    int partner(final int row) {
        return partner[row];
    }
}
