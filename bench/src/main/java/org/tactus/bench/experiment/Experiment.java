// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.List;
import java.util.SplittableRandom;

/** One system's experiment. Implementations are immutable apart from what {@link #worker()} makes; any thread may use them. */
interface Experiment {
    /** Short name, as the option names it. */
    String name();

    /** Headline of the chart. */
    String title();

    /** What the axis measures. */
    String axisTitle();

    /** Places on the axis, ascending. */
    double[] axis();

    /** Approaches and upper limits, in the order of the legend. */
    List<String> approaches();

    /** Which of them are upper limits from simulation. */
    boolean isLimit(int approach);

    /** The approach that the others are held against over all places; -1 for none. */
    default int baseline() {
        return -1;
    }

    /** Sets a place, when nothing else is said. */
    int defaultSets();

    /** Sentences that a reader of the chart must know. */
    List<String> notes();

    /** A worker for one thread. */
    Worker worker();

    /** Makes and judges task sets; used by one thread. */
    @FunctionalInterface
    interface Worker {
        /**
         * Makes one task set and judges it by every approach.
         *
         * @param random  drawn from the experiment's seed, the place and the set's number alone
         * @param axis    where on the axis
         * @param outcome takes what was found
         */
        void judge(SplittableRandom random, double axis, Outcome outcome);
    }
}
