// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * The workload pairs of the tracking study: a part of the frame or all of it, paired by overlap alone or by overlap and looks; and the task
 * sets that choose among them. WCETs are those of the detector on one core of a server (AMD EPYC), the median of 150 runs of
 * {@code tactus profile} and 30 %, and of the tracker, 0.1 ms by overlap alone and 0.5 ms with looks.
 */
final class TrackingPairs {
    /** Names of the pairs, in the order of their WCETs. */
    static final List<String> NAMES = List.of("part, overlap", "part, looks", "frame, overlap", "frame, looks");
    /** Number of pairs. */
    static final int PAIRS = NAMES.size();
    /** Streams, one a task. */
    static final int STREAMS = 4;
    /** Columns of a frame that the part has. */
    static final int PART = StreetScene.WIDTH / 3;
    /** Rows of the detector's input: half of the frame's, as are the columns. */
    static final int ROWS = StreetScene.HEIGHT / 2;
    /** Where parts begin: each overlaps the next by half. */
    static final int[] PLACES = {0, PART / 2, PART, 3 * PART / 2, 2 * PART};
    private static final long[] WCET_NS = {1_900_000, 2_300_000, 5_100_000, 5_500_000};
    private static final double WANDER = 0.05;
    private static final ActualTime ACTUAL = new ActualTime(0.7, 1);

    private TrackingPairs() {
    }

    /** Whether a pair looks at the whole frame. */
    static boolean isWhole(final int pair) {
        return pair >= 2;
    }

    /** Columns of the detector's input. */
    static int columns(final int pair) {
        return (isWhole(pair) ? StreetScene.WIDTH : PART) / 2;
    }

    /** Whether a pair compares looks. */
    static boolean isByLooks(final int pair) {
        return pair % 2 == 1;
    }

    /** Period of the streams at which the smallest pairs use so much of the device. */
    static long periodNs(final double utilisation) {
        return Math.round(STREAMS * WCET_NS[0] / utilisation);
    }

    /** The set that chooses a pair for each frame at run time. */
    static TaskSet chosen(final double utilisation) {
        final List<Segment.Level> levels = new ArrayList<>();
        for (int pair = 0; pair < PAIRS; pair++) {
            levels.add(new Segment.Level(WCET_NS[pair], 0));
        }
        final TaskSetBuilder builder = builder();
        for (int i = 0; i < STREAMS; i++) {
            builder.task("stream" + i, task -> task.periodNs(periodNs(utilisation)).onBacklog(BacklogAction.DROP)
                .segment("gpu0", WCET_NS[0], ACTUAL).levels(false, levels));
        }
        return builder.build();
    }

    /** The set that takes one pair for all frames. */
    static TaskSet fixed(final double utilisation, final int pair) {
        final TaskSetBuilder builder = builder();
        for (int i = 0; i < STREAMS; i++) {
            builder.task("stream" + i, task -> task.periodNs(periodNs(utilisation)).onBacklog(BacklogAction.DROP)
                .segment("gpu0", WCET_NS[pair], ACTUAL));
        }
        return builder.build();
    }

    private static TaskSetBuilder builder() {
        return TaskSet.builder("tracking").policy(PolicyKind.FIXED_PRIORITY).device(DeviceSpec.modelled("gpu0"));
    }

    /** Whether a set with pairs to choose from keeps its deadlines by the smallest ones. */
    static boolean isAccepted(final TaskSet chosen) {
        return Analyses.byName("mot-np-fp").orElseThrow().analyze(chosen).schedulable();
    }

    /** The fixed pairs that keep all deadlines. */
    static List<Integer> accepted(final double utilisation) {
        final List<Integer> pairs = new ArrayList<>();
        for (int pair = 0; pair < PAIRS; pair++) {
            if (Analyses.byName("seg-fp").orElseThrow().analyze(fixed(utilisation, pair)).schedulable()) {
                pairs.add(pair);
            }
        }
        return pairs;
    }

    /**
     * Index of the place from which a part shows what is worth most; of equal ones the first. What is tracked nowhere is worth nothing, so
     * the part wanders a little, and meets what comes.
     *
     * @param tracker of the stream
     * @param last    where the part was in the last frame; -1 where the whole frame was looked at
     * @return index of the place
     */
    static int best(final StreetTracker tracker, final int last) {
        final int next = last < 0 ? 0 : (last + 2) % PLACES.length;
        int best = next;
        double most = WANDER + tracker.gain(PLACES[next], PLACES[next] + PART, true);
        for (int i = 0; i < PLACES.length; i++) {
            final double worth = tracker.gain(PLACES[i], PLACES[i] + PART, true);
            if (worth > most) {
                most = worth;
                best = i;
            }
        }
        return best;
    }
}
