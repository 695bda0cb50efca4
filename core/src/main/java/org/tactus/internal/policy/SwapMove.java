// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

/** The move of one direction that is under way, or the last one. Written by the dispatcher only. */
final class SwapMove {
    final boolean in;
    private boolean moving;
    boolean cancelled;
    /** Whether it is charged what a chunk takes while another one moves the other way. */
    boolean paired;
    /** Operations of the other direction that have begun meanwhile, each of which took the thread from it. */
    int heldUp;
    private int slot = NONE;
    private int first;
    private int count;
    /** Chunks that have room: all of what goes out, and of what comes in those that were free when it last was asked. */
    private int granted;
    private int done;
    private int target = NONE;
    private long beganNs;
    private long waitsSinceNs;

    SwapMove(final boolean in) {
        this.in = in;
    }

    void begin(final int whose, final int firstChunk, final int chunks, final int grantedChunks, final int whom, final long nowNs) {
        slot = whose;
        first = firstChunk;
        count = chunks;
        granted = grantedChunks;
        done = 0;
        target = whom;
        moving = true;
        cancelled = false;
        paired = false;
        heldUp = 0;
        beganNs = nowNs;
    }

    /** Lets it bring more chunks in. Time spent waiting for room does not count as time of the move. */
    void grant(final int more, final long nowNs) {
        beganNs += done == granted ? nowNs - waitsSinceNs : 0;
        granted += more;
    }

    /** Notes how many chunks are done; answers how many more than before. */
    int progress(final int chunks, final long nowNs) {
        final int fresh = chunks - done;
        done = chunks;
        waitsSinceNs = fresh > 0 ? nowNs : waitsSinceNs;
        return fresh;
    }

    void end() {
        moving = false;
    }

    boolean isMoving() {
        return moving;
    }

    boolean isMoving(final int whose) {
        return moving && slot == whose;
    }

    /** Whether it moves for a task. */
    boolean isFor(final int whom) {
        return moving && target == whom;
    }

    void forgetTarget(final int whom) {
        target = target == whom ? NONE : target; // the slot's next task has asked for no move
    }

    /** Chunks that it is to bring in and that have no room yet. */
    int lacking() {
        return moving ? count - granted : 0;
    }

    int slot() {
        return slot;
    }

    int first() {
        return first;
    }

    int count() {
        return count;
    }

    int granted() {
        return granted;
    }

    int done() {
        return done;
    }

    int target() {
        return target;
    }

    long tookNs(final long nowNs) {
        return nowNs - beganNs;
    }
}
