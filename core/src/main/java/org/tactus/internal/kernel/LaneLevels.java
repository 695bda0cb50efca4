// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.tactus.internal.lifecycle.ThreadEnd;

/**
 * Moves the threads of lanes to the levels of their ranks while they run. A thread of its own does it, on the lanes' core and above
 * their ceiling, so that no lane runs meanwhile: none enters or leaves the ceiling while its level is changed, and no lock is needed
 * that a preempted lane could hold. It takes one system call a lane. Control thread.
 */
final class LaneLevels {
    private final Lanes lanes;
    private final ThreadSetup setup;
    private final long patienceNs;

    /** How far the thread has come that changes levels. */
    private enum Stage { WAITS, MOVES, GIVEN_UP }

    LaneLevels(final Lanes lanes, final ThreadSetup setup) {
        this(lanes, setup, ThreadEnd.PATIENCE_NS);
    }

    LaneLevels(final Lanes lanes, final ThreadSetup setup, final long patienceNs) {
        this.patienceNs = patienceNs;
        this.lanes = lanes;
        this.setup = setup;
    }

    /** Brings all lanes to the levels of their ranks. */
    void settle() {
        for (final int device : lanes.unsettled()) {
            final List<Lanes.Move> moves = lanes.moves(device);
            final List<Integer> cores = lanes.spec(device).dispatcherCores();
            final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITS);
            final AtomicReference<Throwable> failure = new AtomicReference<>();
            final Thread mover = Thread.ofPlatform().name("tactus-levels").daemon(true).unstarted(() -> {
                try {
                    setup.applyLane(cores, Lane.ABOVE_ALL);
                    if (stage.compareAndSet(Stage.WAITS, Stage.MOVES)) {
                        moves.forEach(move -> move.lane().move(move.level()));
                    }
                } catch (final Throwable e) {
                    failure.set(e);
                }
            });
            mover.start();
            final boolean over = ThreadEnd.await(mover, patienceNs);
            if (failure.get() == null && (!over || stage.get() == Stage.WAITS)) {
                if (stage.compareAndSet(Stage.WAITS, Stage.GIVEN_UP)) { // it moves nothing when it comes to the core at last
                    throw new AdmissionRefusedException("the levels of preemptive device '" + lanes.spec(device).name()
                        + "' could not be changed in time, since its core does not come free; try again");
                }
                ThreadEnd.await(mover, Long.MAX_VALUE); // above all lanes, a few system calls from its end
            }
            if (failure.get() != null) {
                throw new IllegalStateException("the levels of preemptive device '" + lanes.spec(device).name() + "' could not be changed",
                    failure.get());
            }
        }
    }
}
