// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds exact worst-case responses of small integer sets on one device by visiting every reachable state: all sporadic releases,
 * all jitters, all execution times, in whole time steps. Shares no code with the analyses.
 */
final class Explorer {
    /** How jobs give the device away. */
    enum Grain {
        /** Between segments. */
        SEGMENT,
        /** At any time, to each job that ranks higher. */
        ANY,
        /** At any time to a higher level, but for marked segments; between segments to a job of the same level that ranks higher. */
        LEVELS
    }

    private static final int BITS = 17;
    private static final int PAST = 7;

    private final int[] period;
    private final int[] deadline;
    private final int[] jitter;
    private final int[][] segments;
    private final boolean edf;
    private final Grain grain;
    private final int mostStates;
    private final Set<Long> seen = new HashSet<>();
    private final ArrayDeque<Long> open = new ArrayDeque<>();
    private final int[] worst;
    private int[] level;
    private boolean[][] marked;
    private boolean missed;
    /** Most stalled units of any window of so many units, by its length; empty when the device is never stalled. */
    private final int[] mostAway;

    // One task's state: time since its nominal release, whether a job lives, has arrived, its segment, what is left of it.
    private final int[] since;
    private final boolean[] alive;
    private final boolean[] arrived;
    private final int[] segment;
    private final int[] left;
    private int running;
    /** Whether each of the last units was stalled, the last one in the lowest bit. */
    private int past;
    private boolean stalled;

    Explorer(final int[] period, final int[] deadline, final int[] jitter, final int[][] segments, final boolean edf, final Grain grain,
        final int mostStates) {
        this(period, deadline, jitter, segments, edf, grain, mostStates, new int[0]);
    }

    /** With stalls: mostAway[d] units of any d at most, for d up to 8. A stalled device starts nothing, and no end is seen. */
    Explorer(final int[] period, final int[] deadline, final int[] jitter, final int[][] segments, final boolean edf, final Grain grain,
        final int mostStates, final int[] mostAway) {
        this.mostAway = mostAway;
        this.period = period;
        this.deadline = deadline;
        this.jitter = jitter;
        this.segments = segments;
        this.edf = edf;
        this.grain = grain;
        this.mostStates = mostStates;
        final int n = period.length;
        worst = new int[n];
        since = new int[n];
        alive = new boolean[n];
        arrived = new boolean[n];
        segment = new int[n];
        left = new int[n];
    }

    /** With levels of preemption and segments that nothing interrupts. */
    Explorer levels(final int[] levels, final boolean[][] marks) {
        level = levels;
        marked = marks;
        return this;
    }

    /** Exact worst responses; null when a deadline is missed; empty when there are too many states. */
    int[] explore() {
        System.arraycopy(period, 0, since, 0, period.length);
        running = -1;
        push();
        while (!open.isEmpty() && !missed) {
            final long state = open.poll();
            begin(state, false);
            if (mayStall(state)) {
                begin(state, true);
            }
            if (seen.size() > mostStates) {
                return new int[0];
            }
        }
        return missed ? null : worst;
    }

    private boolean mayStall(final long state) {
        load(state);
        boolean may = mostAway.length > 0;
        for (int d = 1; d < mostAway.length; d++) {
            may &= Integer.bitCount(past & (1 << d - 1) - 1) + 1 <= mostAway[d];
        }
        return may;
    }

    /** A unit begins: what ended before is seen, unless the device is stalled. */
    private void begin(final long state, final boolean away) {
        load(state);
        stalled = away;
        if (!away && running >= 0 && left[running] == 0) {
            final int who = running;
            running = -1;
            segment[who]++;
            if (segment[who] == segments[who].length) {
                worst[who] = Math.max(worst[who], since[who]);
                missed |= since[who] > deadline[who];
                alive[who] = false;
                arrived[who] = false;
                segment[who] = 0;
            }
        }
        for (int i = 0; i < period.length; i++) {
            missed |= alive[i] && since[i] >= deadline[i];
        }
        release(pack());
    }

    private void release(final long state) {
        final int choices = 1 << period.length;
        for (int mask = 0; mask < choices; mask++) {
            load(state);
            boolean legal = true;
            for (int i = 0; i < period.length; i++) {
                if ((mask >> i & 1) != 0) {
                    legal &= !alive[i] && since[i] == period[i];
                    if (legal) {
                        since[i] = 0;
                        alive[i] = true;
                        arrived[i] = false;
                        segment[i] = 0;
                        left[i] = 0;
                    }
                }
            }
            if (legal) {
                arrive(pack());
            }
        }
    }

    private void arrive(final long state) {
        for (int mask = 0; mask < 1 << period.length; mask++) {
            load(state);
            boolean legal = true;
            for (int i = 0; i < period.length; i++) {
                final boolean waits = alive[i] && !arrived[i];
                if ((mask >> i & 1) != 0) {
                    legal &= waits;
                    arrived[i] = true;
                } else {
                    legal &= !waits || since[i] < jitter[i];
                }
            }
            if (legal) {
                dispatch(pack());
            }
        }
    }

    private void dispatch(final long state) {
        load(state);
        if (stalled) {
            step();
            return;
        }
        if (grain != Grain.LEVELS && (running < 0 || grain == Grain.ANY)) {
            running = -1;
            for (int i = 0; i < period.length; i++) {
                if (alive[i] && arrived[i] && (running < 0 || before(i, running))) {
                    running = i;
                }
            }
        }
        if (grain == Grain.LEVELS && (running < 0 || left[running] == 0 || !marked[running][segment[running]])) {
            running = -1;
            for (int i = 0; i < period.length; i++) {
                if (alive[i] && arrived[i] && (running < 0 || goesBefore(i, running))) {
                    running = i;
                }
            }
        }
        if (running < 0 || left[running] > 0) {
            step();
            return;
        }
        final int who = running;
        final long chosen = pack();
        final int wcet = segments[who][segment[who]];
        for (int time = 1; time <= wcet; time++) {
            load(chosen);
            left[who] = time;
            step();
        }
    }

    /** Of one level, a segment that has begun goes first. */
    private boolean goesBefore(final int i, final int j) {
        return level[i] != level[j] ? level[i] < level[j] : left[i] > 0 != left[j] > 0 ? left[i] > 0 : i < j;
    }

    private boolean before(final int i, final int j) {
        if (edf) {
            final int di = deadline[i] - since[i];
            final int dj = deadline[j] - since[j];
            return di != dj ? di < dj : since[i] != since[j] ? since[i] > since[j] : i < j;
        }
        return i < j;
    }

    private void step() {
        for (int i = 0; i < period.length; i++) {
            since[i] = Math.min(period[i], since[i] + 1);
        }
        if (running >= 0 && !stalled) {
            left[running]--;
        }
        if (mostAway.length > 0) {
            past = (past << 1 | (stalled ? 1 : 0)) & (1 << PAST) - 1;
        }
        push();
    }

    private void push() {
        final long state = pack();
        if (seen.add(state)) {
            open.add(state);
        }
    }

    private long pack() {
        long state = past << 2 | running + 1;
        for (int i = 0; i < period.length; i++) {
            state = state << BITS | since[i] << 10 | (alive[i] ? 1 << 9 : 0) | (arrived[i] ? 1 << 8 : 0) | segment[i] << 5 | left[i];
        }
        return state;
    }

    private void load(final long packed) {
        long state = packed;
        for (int i = period.length - 1; i >= 0; i--) {
            since[i] = (int) (state >> 10 & 127);
            alive[i] = (state >> 9 & 1) != 0;
            arrived[i] = (state >> 8 & 1) != 0;
            segment[i] = (int) (state >> 5 & 7);
            left[i] = (int) (state & 31);
            state >>= BITS;
        }
        running = (int) (state & 3) - 1;
        past = (int) (state >> 2);
    }
}
