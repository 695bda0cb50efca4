// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import org.tactus.internal.policy.PolicyState;
import org.tactus.model.ActualTime;
import org.tactus.model.TaskSet;

/** Says how long the current segment of a job runs. */
final class ExecutionDraw {
    private ExecutionDraw() {
    }

    /** Nanoseconds, above 0. */
    static long ns(
        final SimulationOptions options, final TaskSet set, final PolicyState state, final int task, final SeededRandom random) {
        final long wcetNs = state.wcetNs(task);
        return switch (options.execution()) {
            case WCET -> wcetNs;
            case RANDOM -> 1 + random.upTo(wcetNs - 1);
            case ACTUAL -> {
                final ActualTime actual = set.tasks().get(task).segments().get(state.segmentIndex(task)).actual();
                final double share = actual.lowShare() + (actual.highShare() - actual.lowShare()) * random.share();
                yield Math.max(1, Math.round(share * wcetNs));
            }
            case REPLAY -> {
                final long ns = options.replay().orElseThrow()
                    .executionNs(task, state.jobNumber(task), state.segmentIndex(task));
                yield ns > 0 ? ns : wcetNs;
            }
        };
    }
}
