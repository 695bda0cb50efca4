// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.tactus.result.Stall;
import org.tactus.result.StallCounts;

/**
 * Collects stalls in fixed memory: the longest ones with their observers, the recent ones as times, and how many and how long all
 * were. One thread at a time: the monitor, then the thread that reports.
 */
public final class StallLog {
    /** Most stalls kept with their observers: the longest; all are counted in {@link #counts}. */
    public static final int MAX_STALLS = 4096;
    /** Most disjoint times kept of recent stalls. */
    private static final int RECENT = 1 << 15;

    private final PriorityQueue<Stall> longest =
        new PriorityQueue<>(Comparator.comparingLong(Stall::takenNs).thenComparing(Comparator.comparingLong(Stall::atNs).reversed()));
    private final IntervalUnion recent = new IntervalUnion(RECENT, true);
    private final OwnPauses own;
    private Listener listener = Listener.NONE;
    private Consumer<Stall> teller = stall -> { };
    private long seen;
    private long late;

    /** Makes an empty log. */
    public StallLog() {
        own = new OwnPauses();
    }

    /**
     * Makes an empty log of other stalls of a run, whose own pauses are told to one log only.
     *
     * @param told the log that is told of them
     */
    public StallLog(final StallLog told) {
        own = told.own;
    }

    /** Asked about each stall before it is added. */
    interface Listener {
        /** Judges nothing. */
        Listener NONE = new Listener() {
            @Override
            public boolean isLate(final long atNs) {
                return false;
            }

            @Override
            public long beforeDropping() {
                return Long.MAX_VALUE;
            }
        };

        /** Tells whether a stall that began at a time may have touched a job that was judged without it. */
        boolean isLate(long atNs);

        /** Judges the oldest jobs, since old stalls must be forgotten; returns the earliest nominal release that is not judged. */
        long beforeDropping();
    }

    /**
     * Sets who is told of each stall and each pause that is added.
     *
     * @param who called by the thread that adds
     */
    public void teller(final Consumer<Stall> who) {
        teller = who;
    }

    void listener(final Listener judge) {
        listener = judge;
    }

    /**
     * Adds a stall.
     *
     * @param stall when it was and who saw it
     */
    public void add(final Stall stall) {
        seen++;
        if (listener.isLate(stall.atNs())) {
            late++;
        }
        if (recent.isFull()) {
            forget();
        }
        recent.add(stall.atNs(), stall.endNs());
        keep(stall);
    }

    /**
     * Adds a pause that was not the platform's: it stands among the stalls with its cause, and excuses no job.
     *
     * @param pause   when it was, or between which instants, and who saw it
     * @param takenNs how long it was
     */
    public void addOwn(final Stall pause, final long takenNs) {
        final long beginNs = Math.max(0, pause.atNs()); // what lay before time zero touched no job
        if (pause.endNs() > beginNs) {
            seen++;
            own.add(beginNs, pause.endNs(), takenNs);
            keep(new Stall(beginNs, pause.endNs() - beginNs, pause.where(), pause.cause(), Math.min(takenNs, pause.endNs() - beginNs)));
        }
    }

    private void keep(final Stall stall) {
        teller.accept(stall);
        if (longest.size() < MAX_STALLS) {
            longest.add(stall);
        } else if (longest.peek().takenNs() < stall.takenNs()) {
            longest.poll();
            longest.add(stall);
        }
    }

    private void forget() {
        final long unjudgedNs = listener.beforeDropping();
        for (int i = 0; i < RECENT / 4; i++) {
            if (recent.dropOldest() >= unjudgedNs) {
                late++; // a job that it may touch is judged later, without it
            }
        }
    }

    /**
     * Adds a stall.
     *
     * @param atNs     when it began, nanoseconds since time zero
     * @param lengthNs how long it was; what lies before time zero is cut off, and nothing is added unless above 0
     * @param where    a device, a thread or the machine
     * @param cause    what saw it
     */
    public void add(final long atNs, final long lengthNs, final String where, final String cause) {
        add(atNs, lengthNs, where, cause, lengthNs);
    }

    /**
     * Logs a stall of which the system tells only how much it took of a window.
     *
     * @param atNs     when the window began, nanoseconds since time zero
     * @param lengthNs of the window
     * @param where    a device, a thread or the machine
     * @param cause    what saw it
     * @param takenNs  what was taken
     */
    public void add(final long atNs, final long lengthNs, final String where, final String cause, final long takenNs) {
        final long beginNs = Math.max(0, atNs); // what lay before time zero touched no job
        final long endNs = atNs + lengthNs;
        if (endNs > beginNs) {
            add(new Stall(beginNs, endNs - beginNs, where, cause, Math.min(takenNs, endNs - beginNs)));
        }
    }

    /**
     * How much of a time was the platform's: its stalls, without what this process or another one took meanwhile, which a dispatcher's gap
     * cannot tell apart.
     *
     * @return nanoseconds, 0 or more; of what is forgotten nothing
     */
    long excusableNs(final long fromNs, final long toNs) {
        final long stalledNs = recent.coveredNs(fromNs, toNs);
        return stalledNs == 0 ? 0 : Math.max(0, stalledNs - Math.min(stalledNs, own.mostTakenNs(fromNs, toNs)));
    }

    /** Tells whether a stall that is not forgotten has an instant in common with a time. */
    boolean overlaps(final long fromNs, final long toNs) {
        return recent.overlaps(fromNs, toNs);
    }

    /**
     * The longest stalls, earliest first; all of them when there were at most {@link #MAX_STALLS}. Several observers may have seen
     * one stall: each stands here.
     *
     * @return a copy
     */
    public List<Stall> stalls() {
        final List<Stall> sorted = new ArrayList<>(longest);
        sorted.sort(Comparator.comparingLong(Stall::atNs));
        return List.copyOf(sorted);
    }

    /**
     * Counts all stalls, those that are not kept included.
     *
     * @return the counts
     */
    public StallCounts counts() {
        return new StallCounts(seen, recent.totalNs(), late);
    }
}
