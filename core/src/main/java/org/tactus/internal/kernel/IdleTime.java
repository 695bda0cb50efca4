// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/** Decides how long a dispatcher's thread sleeps when it has nothing to do. */
final class IdleTime {
    private IdleTime() {
    }

    /**
     * Decides between a spin and a sleep: until shortly before the next release or the known end of what a device executes, and no longer
     * than one of its devices lets it look away. Nothing else needs the thread to be awake, because whoever gives it work wakes it.
     *
     * @param nowNs     now
     * @param instantNs the next release of this thread's own tasks, or the known end of what its devices execute, whichever comes first;
     *                  {@code Long.MAX_VALUE} for none
     * @param lookNs    how long it may look away from its devices, {@code Long.MAX_VALUE} when none must be looked at
     * @param options   the spin before a release
     * @return when to rise; now to spin; {@code Long.MAX_VALUE} to sleep until woken
     */
    static long untilNs(final long nowNs, final long instantNs, final long lookNs, final KernelOptions options) {
        final long risesNs = instantNs == Long.MAX_VALUE ? instantNs : instantNs - options.spinBeforeNs();
        final long looksNs = lookNs == Long.MAX_VALUE ? lookNs : nowNs + lookNs;
        return Math.max(nowNs, Math.min(risesNs, looksNs));
    }
}
