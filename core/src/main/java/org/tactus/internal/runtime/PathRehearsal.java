// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.tactus.internal.kernel.DispatchRehearsal;
import org.tactus.internal.kernel.LoopRehearsal;

/**
 * Rehearses the path of a job and the loop of a dispatcher, so that both are compiled before time zero: once a process, since that is how
 * long compiled code stays, and on a thread of its own, since reading a set, preparing its segments and analysing it take as long. Any
 * thread.
 */
public final class PathRehearsal {
    private static final int JOBS = 20_000;
    private static FutureTask<Void> rehearsal;

    private PathRehearsal() {
    }

    /** Begins the rehearsal, unless it was begun before; returns at once. */
    public static synchronized void begin() {
        if (rehearsal == null) {
            rehearsal = new FutureTask<>(PathRehearsal::rehearse, null);
            Thread.ofPlatform().name("tactus-rehearsal").daemon(true).start(rehearsal);
        }
    }

    private static void rehearse() {
        DispatchRehearsal.makeConstants();
        final DispatchRehearsal path = new DispatchRehearsal();
        for (int i = 0; i < JOBS; i++) {
            path.periodicJob();
            path.sporadicJob();
        }
        LoopRehearsal.run();
    }

    /**
     * Waits until the rehearsal that was begun is over.
     *
     * @throws InterruptedException when interrupted meanwhile; the rehearsal goes on
     */
    public static void await() throws InterruptedException {
        final FutureTask<Void> begun;
        synchronized (PathRehearsal.class) {
            begun = rehearsal;
        }
        try {
            begun.get();
        } catch (final ExecutionException e) {
            throw new IllegalStateException("the rehearsal of a job's path has failed: " + e.getCause(), e.getCause());
        }
    }
}
