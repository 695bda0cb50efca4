// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/** Decides how long a dispatcher's thread sleeps when it has nothing to do. */
final class IdleTime {
    private IdleTime() {
    }

    /**
     * Decides between a sleep until shortly before the next release or known end, a short one while a job may come at any time, and a spin.
     *
     * <p>Another device's home may be late with a release: it executes something else, is stuck or lost. This dispatcher spins for that
     * release no longer after its time than before it, and then looks as often as for a job that may come at any time.
     *
     * @param nowNs     now
     * @param instantNs the next release of this thread's own tasks, or the known end of what its devices execute, whichever comes first;
     *                  {@code Long.MAX_VALUE} for none
     * @param quietNs   until when nothing arrives unseen, {@code Long.MIN_VALUE} while a job may come at any time
     * @param options   the spin before a release, and the short sleep
     * @return nanoseconds to sleep; 0 to spin
     */
    static long sleepNs(final long nowNs, final long instantNs, final long quietNs, final KernelOptions options) {
        final long beforeNs = options.spinBeforeNs();
        if (instantNs - nowNs <= beforeNs) {
            return 0;
        }
        if (quietNs == Long.MIN_VALUE || nowNs - quietNs > beforeNs) {
            return options.pollNs();
        }
        return Math.max(0, quietNs - nowNs - beforeNs);
    }
}
