// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/**
 * Decides how long a dispatcher's thread sleeps when it has nothing to do. What the thread waits for may not come when it is due, or may
 * seem to be there and never be found. A thread that then looked again at once would keep its core, at a real-time priority, from whoever
 * could help; so after such turns it rests.
 */
final class IdleTime {
    /** Turns in a row that may find nothing although something seemed to be given: as many givers may be about to finish at once. */
    static final int FRUITLESS_TURNS = 16;
    /** How long a thread sleeps at most that would otherwise look in vain. */
    static final long REST_NS = 100_000;

    private IdleTime() {
    }

    /**
     * Decides how long a lane sleeps: until its next release, and never not at all. A release that is due was looked at in this turn, so
     * one that is still there is not taken now, and looking at once would not change that.
     *
     * @param nowNs     when the turn began that found nothing to do
     * @param releaseNs the next release of the lane's own tasks; {@code Long.MAX_VALUE} for none
     * @param restNs    for how long a best-effort job is held back, {@code Long.MAX_VALUE} when none is
     * @return when to rise, after now
     */
    static long inLaneUntilNs(final long nowNs, final long releaseNs, final long restNs) {
        final long risesNs = releaseNs > nowNs ? releaseNs : nowNs + REST_NS;
        return restNs == Long.MAX_VALUE ? risesNs : Math.min(risesNs, nowNs + restNs);
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
     * @return when to rise; now to spin; {@code Long.MAX_VALUE} to sleep until woken. An instant that has passed by more than that spin did
     *     not bring what was awaited, and is looked for at the pace of a look into the device
     */
    static long untilNs(final long nowNs, final long instantNs, final long lookNs, final KernelOptions options) {
        if (instantNs < nowNs - options.spinBeforeNs()) {
            return nowNs + Math.min(options.pollNs(), lookNs);
        }
        final long risesNs = instantNs == Long.MAX_VALUE ? instantNs : instantNs - options.spinBeforeNs();
        final long looksNs = lookNs == Long.MAX_VALUE ? lookNs : nowNs + lookNs;
        return Math.max(nowNs, Math.min(risesNs, looksNs));
    }
}
