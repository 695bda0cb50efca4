// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

/**
 * The clock of a simulation, the events that lie ahead of it, and what the seed decides of both: the order of events of one instant, and
 * how much of an overhead passes. An event is a kind and the index of what it concerns, in one number.
 */
final class VirtualTime {
    /** A lane's timer releases what is due. */
    static final int TICK = 0;
    /** A lane has done what it had begun. */
    static final int DONE = 1 << 24;
    /** A task's job reaches its next lane, or its home. */
    static final int ARRIVE = 2 << 24;
    /** A sporadic task's next job is requested. */
    static final int REQUEST = 3 << 24;
    /** A device's copy engines have moved a chunk. */
    static final int MOVE = 4 << 24;
    /** Tasks come and go. */
    static final int CHANGE = 5 << 24;
    /** A lane looks again. */
    static final int WAKE = 6 << 24;
    private static final int INDEX_MASK = (1 << 24) - 1;

    final SeededRandom random = new SeededRandom();
    private final EventQueue events = new EventQueue();
    private SimulationOptions options;
    private long nowNs;

    /** Goes back to 0, with nothing ahead. */
    void begin(final SimulationOptions how) {
        options = how;
        random.seed(how.seed());
        events.clear();
        nowNs = 0;
    }

    static int kind(final int event) {
        return event & ~INDEX_MASK;
    }

    static int index(final int event) {
        return event & INDEX_MASK;
    }

    long nowNs() {
        return nowNs;
    }

    /** Whether an event lies ahead, at an instant or before it. */
    boolean hasEventUntil(final long lastNs) {
        return !events.isEmpty() && events.firstNs() <= lastNs;
    }

    /** Goes on to the next event, which is there. */
    void advance() {
        nowNs = events.firstNs();
    }

    /** Whether the present instant has another event. */
    boolean hasEventNow() {
        return !events.isEmpty() && events.firstNs() == nowNs;
    }

    /** Takes the next event out, which is there. */
    int take() {
        return events.pop();
    }

    /** Goes on to an instant, unless it has passed. */
    void reach(final long timeNs) {
        nowNs = Math.max(nowNs, timeNs);
    }

    void push(final long timeNs, final int event) {
        events.push(timeNs, options.permute() ? (int) random.next() : 0, event);
    }

    /** How much of an overhead passes this time. */
    long overhead(final long mostNs) {
        return options.overheads() == OverheadTime.RANDOM ? random.upTo(mostNs) : mostNs;
    }
}
