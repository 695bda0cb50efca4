// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import org.tactus.internal.lifecycle.ThreadEnd;

/**
 * Moves the threads of lanes to the levels of their ranks while they run. A thread of its own does it, on the lanes' core and above
 * their ceiling, so that no lane runs meanwhile: none enters or leaves the ceiling while its level is changed, and no lock is needed
 * that a preempted lane could hold. It takes one system call a lane. Control thread.
 */
final class LaneLevels {
    private final Lanes lanes;
    private final ThreadSetup setup;

    LaneLevels(final Lanes lanes, final ThreadSetup setup) {
        this.lanes = lanes;
        this.setup = setup;
    }

    /** Brings all lanes to the levels of their ranks. */
    void settle() {
        for (final int device : lanes.unsettled()) {
            final List<Lanes.Move> moves = lanes.moves(device);
            final List<Integer> cores = lanes.spec(device).dispatcherCores();
            final Thread mover = Thread.ofPlatform().name("tactus-levels").daemon(true).unstarted(() -> {
                setup.applyLane(cores, Lane.ABOVE_ALL);
                moves.forEach(move -> move.lane().move(move.level()));
            });
            mover.start();
            if (!ThreadEnd.await(mover, ThreadEnd.PATIENCE_NS)) {
                throw new AdmissionRefusedException("the levels of preemptive device '" + lanes.spec(device).name() + "' could not be"
                    + " changed in time, since its core does not come free; try again");
            }
        }
    }
}
