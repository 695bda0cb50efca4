// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

/**
 * How an experiment is cut into pieces that can be computed anywhere: blocks of consecutive task sets at one place of the axis, numbered
 * from 0 place by place. A shard takes every block whose number leaves its index as the remainder.
 *
 * @param experiment which one
 * @param settings   of it
 */
record Blocks(Experiment experiment, ExperimentSettings settings) {
    private static final int SETS = 16;

    private int perPlace() {
        return (settings.sets() + SETS - 1) / SETS;
    }

    /** Number of blocks. */
    int count() {
        return Math.multiplyExact(experiment.axis().length, perPlace());
    }

    /** Place on the axis of a block. */
    int place(final int block) {
        return block / perPlace();
    }

    /** Number of task sets in a block. */
    int sets(final int block) {
        return Math.min(SETS, settings.sets() - first(block));
    }

    /** Number of a block's first task set among those of its place. */
    private int first(final int block) {
        return block % perPlace() * SETS;
    }

    /**
     * Makes and judges the task sets of a block. The result depends on the settings and the block's number alone.
     *
     * @param worker used by the calling thread only
     * @param block  number of the block
     * @return its counts
     */
    Tally judge(final Experiment.Worker worker, final int block) {
        final int place = place(block);
        final double axis = experiment.axis()[place];
        final Tally tally = new Tally(experiment.axis().length, experiment.approaches().size());
        for (int index = first(block); index < first(block) + sets(block); index++) {
            final Outcome outcome = new Outcome(experiment.approaches().size());
            worker.judge(Draw.forSet(settings.seed(), place, index), axis, outcome);
            if (!outcome.violation.isEmpty()) {
                outcome.violation += " (place " + ExperimentResult.place(axis) + ", set " + index + ", seed " + settings.seed() + ")";
            }
            tally.add(place, (long) place * settings.sets() + index, outcome);
        }
        return tally;
    }
}
