// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Average precision, MOTA and IDF1 on examples that were worked out by hand, and the assignment beside trying everything. */
class MeasuresTest {
    /** Boxes of ten by ten at some places along a line: place and id. */
    private static BoxTable boxes(final int... placesAndIds) {
        final BoxTable table = new BoxTable(16);
        for (int i = 0; i < placesAndIds.length; i += 2) {
            table.add(placesAndIds[i], 0, placesAndIds[i] + 10, 10, 1, 0, placesAndIds[i + 1]);
        }
        return table;
    }

    @Test
    void shouldBeTheAreaUnderTheCurveWhenAveragePrecisionIsCounted() {
        final AveragePrecision precision = new AveragePrecision();
        final BoxTable found = new BoxTable(16);
        found.add(0, 0, 10, 10, 0.9f, 0, 0);   // right
        found.add(500, 0, 510, 10, 0.8f, 0, 0); // wrong
        found.add(101, 0, 111, 10, 0.7f, 0, 0); // right
        found.add(102, 0, 112, 10, 0.6f, 0, 0); // the same object again: wrong
        precision.add(found, boxes(0, 1, 100, 2, 200, 3), i -> true, t -> true);
        // Recall 1/3 at precision 1, 2/3 at 2/3, the third is never found.
        assertEquals((1.0 + 2.0 / 3) / 3, precision.value(), 1e-9);
    }

    @Test
    void shouldLeaveOutWhatIsOfAnotherPartWhenAveragePrecisionIsCounted() {
        final AveragePrecision precision = new AveragePrecision();
        final BoxTable found = new BoxTable(16);
        found.add(0, 0, 10, 10, 0.5f, 0, 0);
        found.add(100, 0, 110, 10, 0.9f, 0, 0); // of an object that does not count
        found.add(500, 0, 510, 10, 0.8f, 0, 0); // of none, where nothing counts
        precision.add(found, boxes(0, 1, 100, 2), i -> found.left(i) < 50, t -> t == 0);
        assertEquals(1, precision.value(), 1e-9);
    }

    @Test
    void shouldBeNothingWhenNothingIsFound() {
        final AveragePrecision precision = new AveragePrecision();
        precision.add(new BoxTable(1), boxes(0, 1), i -> true, t -> true);
        assertEquals(0, precision.value());
    }

    @Test
    void shouldCountMissesFalsePositivesAndSwitchesWhenTracksAreJudged() {
        final TrackingMeasures measures = new TrackingMeasures();
        measures.add(boxes(0, 1, 100, 2), boxes(0, 7, 100, 8));
        measures.add(boxes(10, 1, 100, 2), boxes(10, 7));            // object 2 is missed
        measures.add(boxes(20, 1, 100, 2), boxes(20, 9, 100, 8));    // object 1 has another track now
        measures.add(boxes(30, 1, 100, 2), boxes(30, 9, 100, 8, 300, 5)); // and a track of nothing
        // 8 objects; 1 miss, 1 false positive, 1 switch.
        assertEquals(1 - 3.0 / 8, measures.mota(), 1e-9);
        assertEquals(1, measures.switches());
        // One pairing over all frames: object 1 with track 7 or 9, two frames either way; object 2 with track 8, three frames.
        // 5 boxes identified right of 8 there and 8 told: 2 * 5 / 16.
        assertEquals(10.0 / 16, measures.idf1(), 1e-9);
    }

    @Test
    void shouldKeepATrackWhenAnotherOverlapsMore() {
        final TrackingMeasures measures = new TrackingMeasures();
        measures.add(boxes(0, 1), boxes(0, 7));
        measures.add(boxes(0, 1), boxes(3, 7, 1, 8)); // 7 overlaps by 7 / 13, 8 by 9 / 11
        assertEquals(0, measures.switches());
        assertEquals(1 - 1.0 / 2, measures.mota(), 1e-9);
    }

    @Test
    void shouldPairAsTryingEverythingDoesWhenWorthsAreDrawn() {
        final SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 300; round++) {
            final double[][] worth = new double[1 + random.nextInt(5)][1 + random.nextInt(5)];
            for (final double[] row : worth) {
                for (int c = 0; c < row.length; c++) {
                    row[c] = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 100) / 100.0;
                }
            }
            final int[] partner = Assignment.best(worth);
            final boolean[] taken = new boolean[worth[0].length];
            double sum = 0;
            for (int r = 0; r < worth.length; r++) {
                if (partner[r] != Assignment.NONE) {
                    assertEquals(false, taken[partner[r]], "seed 3, round " + round + ": a column has two rows");
                    assertEquals(true, worth[r][partner[r]] > 0, "seed 3, round " + round + ": a pair without worth");
                    taken[partner[r]] = true;
                    sum += worth[r][partner[r]];
                }
            }
            assertEquals(most(worth, 0, new boolean[worth[0].length]), sum, 1e-6, "seed 3, round " + round);
        }
    }

    private static double most(final double[][] worth, final int row, final boolean[] taken) {
        if (row == worth.length) {
            return 0;
        }
        double most = most(worth, row + 1, taken);
        for (int c = 0; c < taken.length; c++) {
            if (!taken[c] && worth[row][c] > 0) {
                taken[c] = true;
                most = Math.max(most, worth[row][c] + most(worth, row + 1, taken));
                taken[c] = false;
            }
        }
        return most;
    }

    /** One object solves problem after problem, large and small, so what is left of an earlier one must not matter. */
    @Test
    void shouldPairAsTheLibraryDoesWhenMemoryIsPrepared() {
        final SplittableRandom random = new SplittableRandom(4);
        final PreparedAssignment prepared = new PreparedAssignment(40, 24);
        for (int round = 0; round < 400; round++) {
            final double[][] worth = new double[random.nextInt(1, 41)][random.nextInt(1, 25)];
            final double share = random.nextDouble();
            for (int r = 0; r < worth.length; r++) {
                for (int c = 0; c < worth[r].length; c++) {
                    worth[r][c] = random.nextDouble() < share ? random.nextDouble(-0.1, 0) : random.nextDouble();
                    prepared.worth(r, c, worth[r][c]);
                }
            }
            prepared.solve(worth.length, worth[0].length);
            final int[] best = Assignment.best(worth);
            final boolean[] taken = new boolean[worth[0].length];
            double sum = 0;
            double most = 0;
            for (int r = 0; r < worth.length; r++) {
                most += best[r] == Assignment.NONE ? 0 : worth[r][best[r]];
                if (prepared.partner(r) != Assignment.NONE) {
                    assertEquals(false, taken[prepared.partner(r)], "seed 4, round " + round + ": a column has two rows");
                    assertEquals(true, worth[r][prepared.partner(r)] > 0, "seed 4, round " + round + ": a pair without worth");
                    taken[prepared.partner(r)] = true;
                    sum += worth[r][prepared.partner(r)];
                }
            }
            assertEquals(most, sum, 1e-4, "seed 4, round " + round); // the library counts in millionths
        }
    }

    @Test
    void shouldHaveNoPartnersWhenThereIsNobody() {
        assertArrayEquals(new int[0], Assignment.best(new double[0][0]));
        assertArrayEquals(new int[] {Assignment.NONE, Assignment.NONE}, Assignment.best(new double[2][0]));
        assertArrayEquals(new int[] {Assignment.NONE}, Assignment.best(new double[][] {{0, -1}}));
    }
}
