// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * One way to spend the time of two cameras.
 *
 * @param name  for people
 * @param split whether a job looks at the critical region before it looks at the frame
 * @param level the level of each frame; -1 where a test at run time chooses it
 * @param set   what is scheduled
 * @param test  the test that accepts the set; empty where none does
 */
record BrakingApproach(String name, boolean split, int level, TaskSet set, Optional<String> test) {
    /** Names of the tasks, one a camera. */
    static final List<String> CAMERAS = List.of("front", "back");
    /** Five frames a second. */
    static final long PERIOD_NS = 200_000_000;
    /** The level of a set whose levels are chosen at run time. */
    static final int CHOSEN = -1;
    /** A run takes at least 100 / 143 of its WCET, since a WCET is the largest of many and a margin. */
    private static final ActualTime ACTUAL = new ActualTime(0.7, 1);

    /** Cameras that look one after the other do so half a period apart. */
    private static long offsetNs(final String camera, final boolean apart) {
        return apart ? CAMERAS.indexOf(camera) * PERIOD_NS / CAMERAS.size() : 0;
    }

    /**
     * The ways that are set beside each other, the levels chosen at run time last.
     *
     * @param sizes what each size takes
     * @param apart whether the cameras look one after the other, not at once
     */
    static List<BrakingApproach> all(final BrakingSizes sizes, final boolean apart) {
        final int largest = BrakingSizes.LEVELS - 1;
        final List<BrakingApproach> all = new ArrayList<>();
        all.add(fixed("whole frame, full size", false, largest, sizes, apart));
        all.add(bestFixed("whole frame, best fixed", false, sizes, apart));
        all.add(fixed("whole frame, smallest", false, 0, sizes, apart));
        all.add(fixed("smallest pair", true, 0, sizes, apart));
        all.add(fixed("always largest", true, largest, sizes, apart));
        all.add(bestFixed("best fixed pair", true, sizes, apart));
        all.add(chosen("EDF-Slack", PolicyKind.EDF, "sam-slack", sizes, apart));
        all.add(chosen("EDF-MandFirst", PolicyKind.EDF_MANDATORY_FIRST, "sam-mand-first", sizes, apart));
        return all;
    }

    private static BrakingApproach bestFixed(
        final String name, final boolean split, final BrakingSizes sizes, final boolean apart) {
        for (int level = BrakingSizes.LEVELS - 1; level > 0; level--) {
            final BrakingApproach candidate = fixed(name, split, level, sizes, apart);
            if (candidate.test().isPresent()) {
                return candidate;
            }
        }
        return fixed(name, split, 0, sizes, apart);
    }

    private static BrakingApproach fixed(
        final String name, final boolean split, final int level, final BrakingSizes sizes, final boolean apart) {
        final TaskSetBuilder builder = TaskSet.builder("braking").policy(PolicyKind.EDF).device(DeviceSpec.modelled("gpu0"));
        for (final String camera : CAMERAS) {
            builder.task(camera, task -> {
                task.periodNs(PERIOD_NS).offsetNs(offsetNs(camera, apart)).onBacklog(BacklogAction.DROP);
                if (split) {
                    task.segment("gpu0", sizes.regionNs(), ACTUAL);
                }
                task.segment("gpu0", sizes.frameNs().get(level), ACTUAL);
            });
        }
        return of(name, split, level, builder.build(), "seg-edf");
    }

    private static BrakingApproach chosen(
        final String name, final PolicyKind policy, final String test, final BrakingSizes sizes, final boolean apart) {
        final TaskSetBuilder builder = TaskSet.builder("braking").policy(policy).device(DeviceSpec.modelled("gpu0"));
        final List<Segment.Level> levels = sizes.frameNs().stream().map(ns -> new Segment.Level(ns, 0)).toList();
        for (final String camera : CAMERAS) {
            builder.task(camera, task -> task.periodNs(PERIOD_NS).offsetNs(offsetNs(camera, apart)).onBacklog(BacklogAction.DROP)
                .segment("gpu0", sizes.regionNs(), ACTUAL).segment("gpu0", sizes.frameNs().getFirst(), ACTUAL).levels(true, levels));
        }
        return of(name, true, CHOSEN, builder.build(), test);
    }

    private static BrakingApproach of(final String name, final boolean split, final int level, final TaskSet set, final String test) {
        return new BrakingApproach(name, split, level, set,
            Analyses.byName(test).orElseThrow().analyze(set).schedulable() ? Optional.of(test) : Optional.empty());
    }
}
