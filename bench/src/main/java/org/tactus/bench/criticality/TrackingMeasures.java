// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How well objects were tracked. MOTA is 1 less misses, false positives and changes of identity for each object that is there (Bernardin
 * and Stiefelhagen, 2008): an object keeps its track while they overlap by half, the others are paired so that overlaps are the largest.
 * IDF1 is the harmonic mean of identification precision and recall under the one pairing of objects and tracks over all frames that pairs
 * most boxes (Ristani and others, 2016). One thread.
 */
final class TrackingMeasures {
    private static final float LEAST_OVERLAP = 0.5f;

    /** The track that each object had last. */
    private final Map<Integer, Integer> lastTrack = new HashMap<>();
    /** In how many frames an object and a track overlapped, and in how many each was there. */
    private final Map<Integer, Map<Integer, Integer>> together = new HashMap<>();
    private final Map<Integer, Integer> objectFrames = new HashMap<>();
    private final Map<Integer, Integer> trackFrames = new HashMap<>();
    private long objects;
    private long misses;
    private long falsePositives;
    private long switches;

    /**
     * Adds a frame.
     *
     * @param truths objects that are there, by their ids
     * @param tracks what the tracker says, by its ids
     */
    void add(final BoxTable truths, final BoxTable tracks) {
        count(truths, tracks);
        objects += truths.count();
        final boolean[] taken = new boolean[tracks.count()];
        final int[] track = new int[truths.count()];
        final List<Integer> open = new ArrayList<>();
        for (int t = 0; t < truths.count(); t++) {
            track[t] = keeps(truths, t, tracks, taken);
            if (track[t] < 0) {
                open.add(t);
            } else {
                taken[track[t]] = true;
            }
        }
        final double[][] worth = new double[open.size()][tracks.count()];
        for (int r = 0; r < open.size(); r++) {
            for (int k = 0; k < tracks.count(); k++) {
                worth[r][k] = taken[k] ? 0 : worth(truths, open.get(r), tracks, k);
            }
        }
        final int[] partner = Assignment.best(worth);
        for (int r = 0; r < open.size(); r++) {
            if (partner[r] != Assignment.NONE) {
                taken[partner[r]] = true;
                track[open.get(r)] = partner[r];
            }
        }
        for (int t = 0; t < truths.count(); t++) {
            if (track[t] < 0) {
                misses++;
            } else {
                final Integer before = lastTrack.put(truths.id(t), tracks.id(track[t]));
                switches += before != null && before != tracks.id(track[t]) ? 1 : 0;
            }
        }
        for (final boolean one : taken) {
            falsePositives += one ? 0 : 1;
        }
    }

    private int keeps(final BoxTable truths, final int t, final BoxTable tracks, final boolean[] taken) {
        final Integer before = lastTrack.get(truths.id(t));
        for (int k = 0; before != null && k < tracks.count(); k++) {
            if (tracks.id(k) == before && !taken[k] && worth(truths, t, tracks, k) > 0) {
                return k;
            }
        }
        return -1;
    }

    private static double worth(final BoxTable truths, final int t, final BoxTable tracks, final int k) {
        final float overlap = truths.type(t) == tracks.type(k) ? truths.overlap(t, tracks, k) : 0;
        return overlap >= LEAST_OVERLAP ? overlap : 0;
    }

    private void count(final BoxTable truths, final BoxTable tracks) {
        for (int t = 0; t < truths.count(); t++) {
            objectFrames.merge(truths.id(t), 1, Integer::sum);
            for (int k = 0; k < tracks.count(); k++) {
                if (worth(truths, t, tracks, k) > 0) {
                    together.computeIfAbsent(truths.id(t), id -> new HashMap<>()).merge(tracks.id(k), 1, Integer::sum);
                }
            }
        }
        for (int k = 0; k < tracks.count(); k++) {
            trackFrames.merge(tracks.id(k), 1, Integer::sum);
        }
    }

    /** At most 1; below 0 where there are more errors than objects. */
    double mota() {
        return objects == 0 ? 0 : 1 - (double) (misses + falsePositives + switches) / objects;
    }

    /** From 0 to 1. */
    double idf1() {
        final List<Integer> truths = new ArrayList<>(objectFrames.keySet());
        final List<Integer> tracks = new ArrayList<>(trackFrames.keySet());
        final double[][] worth = new double[truths.size()][tracks.size()];
        for (int r = 0; r < truths.size(); r++) {
            for (int c = 0; c < tracks.size(); c++) {
                worth[r][c] = together.getOrDefault(truths.get(r), Map.of()).getOrDefault(tracks.get(c), 0);
            }
        }
        final int[] partner = Assignment.best(worth);
        double right = 0;
        for (int r = 0; r < partner.length; r++) {
            right += partner[r] == Assignment.NONE ? 0 : worth[r][partner[r]];
        }
        final long all = objectFrames.values().stream().mapToLong(Integer::longValue).sum()
            + trackFrames.values().stream().mapToLong(Integer::longValue).sum();
        return all == 0 ? 0 : 2 * right / all;
    }

    /** Objects that changed their tracks. */
    long switches() {
        return switches;
    }
}
