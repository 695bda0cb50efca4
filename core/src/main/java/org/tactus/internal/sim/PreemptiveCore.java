// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Arrays;
import org.tactus.internal.policy.PolicyState;

/**
 * The processor of a preemptive device in virtual time: at each instant the highest lane that has something to do goes on, but for a
 * segment that nothing interrupts. What a lane does is one amount of work: dispatch, execution and completion of a segment, and a context
 * switch whenever the lane gets the processor from another one. Lanes are counted from the highest, 0.
 */
final class PreemptiveCore {
    static final int NONE = -1;

    final int device;
    /** The schedulers' indices. */
    final int[] lanes;
    private final VirtualStalls stalls;
    /** Work that is left of what a lane has begun; 0 when it has begun nothing. */
    private final long[] left;
    private final long[] execution;
    private final long[] completion;
    private final boolean[] marked;
    /** Whether the dispatch and the completion of a marked segment are not interrupted either: both are legal in production. */
    private final boolean[] wide;
    private final int[] task;
    private final long[] startNs;
    private final long[] endNs;
    private final boolean[] errand;
    private int current = NONE;
    private int last = NONE;
    private long sinceNs;
    private long busyNs;

    PreemptiveCore(final int device, final int[] lanes, final VirtualStalls stalls) {
        this.device = device;
        this.lanes = lanes;
        this.stalls = stalls;
        left = new long[lanes.length];
        execution = new long[lanes.length];
        completion = new long[lanes.length];
        marked = new boolean[lanes.length];
        wide = new boolean[lanes.length];
        task = new int[lanes.length];
        startNs = new long[lanes.length];
        endNs = new long[lanes.length];
        errand = new boolean[lanes.length];
        Arrays.fill(task, PolicyState.NONE);
    }

    /** The lane of a scheduler. */
    int rank(final int scheduler) {
        int lane = 0;
        while (lanes[lane] != scheduler) {
            lane++;
        }
        return lane;
    }

    /** The lane that has the processor, or {@link #NONE}. */
    int current() {
        return current;
    }

    /** Whether a lane has begun something that is not done. */
    boolean hasBegun(final int lane) {
        return left[lane] > 0;
    }

    /** Notes that an empty slot came home: the lane looks at it when it gets the processor. */
    void errand(final int lane) {
        errand[lane] = true;
    }

    boolean hasErrand(final int lane) {
        return errand[lane];
    }

    private long leftAt(final int lane, final long nowNs) {
        return left[lane] - (lane == current ? stalls.worked(device, sinceNs, nowNs) : 0);
    }

    /** Whether the processor may be taken from the current lane; not at the very end of its work either, which is seen at once. */
    boolean isHeld(final long nowNs) {
        final long rest = leftAt(current, nowNs);
        return rest <= 0 || marked[current]
            && (wide[current] || rest <= execution[current] + completion[current] && rest > completion[current]);
    }

    /** When a segment that holds the processor gives it free. */
    long heldUntilNs(final long nowNs) {
        final long rest = leftAt(current, nowNs);
        return stalls.after(device, nowNs, wide[current] ? rest : Math.max(0, rest - completion[current]));
    }

    /** Takes the processor away from the current lane. */
    void pause(final long nowNs) {
        left[current] = leftAt(current, nowNs);
        busyNs += nowNs - sinceNs;
        current = NONE;
    }

    /** Gives a lane a segment to run. */
    void begin(final int lane, final int which, final boolean whole, final boolean widely, final long dispatchNs, final long executionNs,
        final long completionNs) {
        task[lane] = which;
        errand[lane] = false;
        marked[lane] = whole;
        wide[lane] = widely;
        execution[lane] = executionNs;
        completion[lane] = completionNs;
        left[lane] = dispatchNs + executionNs + completionNs;
    }

    /** Gives a lane an errand, which is no segment. */
    void beginErrand(final int lane, final long workNs) {
        begin(lane, PolicyState.NONE, false, false, workNs, 0, 0);
    }

    /** Whether the lane had the processor last: then it costs no switch to give it again. */
    boolean isLast(final int lane) {
        return last == lane;
    }

    /** Gives the processor to a lane that has begun something; returns when that is done unless the lane is paused before. */
    long run(final int lane, final long switchNs, final long nowNs) {
        completion[lane] += left[lane] <= completion[lane] ? switchNs : 0;
        left[lane] += switchNs;
        last = lane;
        current = lane;
        sinceNs = nowNs;
        final long beforeNs = left[lane] - execution[lane] - completion[lane];
        startNs[lane] = beforeNs >= 0 ? stalls.after(device, nowNs, beforeNs) : startNs[lane];
        endNs[lane] = left[lane] > completion[lane] ? stalls.after(device, nowNs, left[lane] - completion[lane]) : endNs[lane];
        return stalls.after(device, nowNs, left[lane]);
    }

    /** Ends what the current lane had begun; returns its task, or {@link PolicyState#NONE} after an errand. */
    int end(final long nowNs) {
        final int which = task[current];
        left[current] = 0;
        task[current] = PolicyState.NONE;
        busyNs += nowNs - sinceNs;
        current = NONE;
        return which;
    }

    long startNs(final int lane) {
        return startNs[lane];
    }

    long endNs(final int lane) {
        return endNs[lane];
    }

    long executionNs(final int lane) {
        return execution[lane];
    }

    /** For how long a lane had the processor, until an instant. */
    long busyNs(final long nowNs) {
        return busyNs + (current == NONE ? 0 : nowNs - sinceNs);
    }
}
