// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.supply;

import java.util.Arrays;
import java.util.List;

/**
 * When a core was stalled during a stretch of time: disjoint intervals in order, nanoseconds from the stretch's start. Immutable.
 */
public final class StallTrace {
    private final long[] beginNs;
    private final long[] endNs;
    /** Stalled time before each stall, and at last in all. */
    private final long[] before;
    private final long spanNs;

    private StallTrace(final long[] beginNs, final long[] endNs, final long spanNs) {
        this.beginNs = beginNs;
        this.endNs = endNs;
        this.spanNs = spanNs;
        before = new long[beginNs.length + 1];
        for (int i = 0; i < beginNs.length; i++) {
            before[i + 1] = before[i] + endNs[i] - beginNs[i];
        }
    }

    /**
     * Makes a trace of stalls in any order; those that touch or overlap become one, what lies outside of the stretch is cut off.
     *
     * @param begins where stalls begin, nanoseconds
     * @param ends   where each ends
     * @param count  how many of them count
     * @param spanNs length of the stretch, nanoseconds
     * @return the trace
     */
    public static StallTrace of(final long[] begins, final long[] ends, final int count, final long spanNs) {
        final long[][] sorted = new long[count][];
        for (int i = 0; i < count; i++) {
            sorted[i] = new long[] {Math.max(0, begins[i]), Math.min(spanNs, ends[i])};
        }
        Arrays.sort(sorted, (a, b) -> Long.compare(a[0], b[0]));
        final long[] begin = new long[count];
        final long[] end = new long[count];
        int at = 0;
        for (final long[] stall : sorted) {
            if (stall[1] <= stall[0]) {
                continue;
            }
            if (at > 0 && stall[0] <= end[at - 1]) {
                end[at - 1] = Math.max(end[at - 1], stall[1]);
            } else {
                begin[at] = stall[0];
                end[at] = stall[1];
                at++;
            }
        }
        return new StallTrace(Arrays.copyOf(begin, at), Arrays.copyOf(end, at), spanNs);
    }

    /**
     * The time at which at least one of several cores was stalled.
     *
     * @param traces at least one, of the same stretch of time
     * @return their union over the shortest of their lengths
     */
    public static StallTrace union(final List<StallTrace> traces) {
        final int count = traces.stream().mapToInt(StallTrace::count).sum();
        final long[] begins = new long[count];
        final long[] ends = new long[count];
        int at = 0;
        for (final StallTrace trace : traces) {
            System.arraycopy(trace.beginNs, 0, begins, at, trace.count());
            System.arraycopy(trace.endNs, 0, ends, at, trace.count());
            at += trace.count();
        }
        return of(begins, ends, count, traces.stream().mapToLong(StallTrace::spanNs).min().orElseThrow());
    }

    /**
     * A part of the stretch.
     *
     * @param fromNs where it begins, nanoseconds from the start
     * @param toNs   where it ends
     * @return its trace, which counts from its own start
     */
    public StallTrace part(final long fromNs, final long toNs) {
        final int found = Arrays.binarySearch(endNs, fromNs);
        final int first = found >= 0 ? found + 1 : -found - 1; // the first that ends after the part begins
        int next = first;
        while (next < count() && beginNs[next] < toNs) {
            next++;
        }
        final long lengthNs = Math.min(spanNs, toNs) - fromNs;
        final long[] begins = new long[next - first];
        final long[] ends = new long[next - first];
        for (int i = first; i < next; i++) {
            begins[i - first] = Math.max(0, beginNs[i] - fromNs);
            ends[i - first] = Math.min(lengthNs, endNs[i] - fromNs);
        }
        return new StallTrace(begins, ends, lengthNs);
    }

    /**
     * Number of stalls.
     *
     * @return a count
     */
    public int count() {
        return beginNs.length;
    }

    /**
     * Where a stall begins.
     *
     * @param stall from 0
     * @return nanoseconds from the start
     */
    public long beginNs(final int stall) {
        return beginNs[stall];
    }

    /**
     * Where a stall ends: the first instant at which the core is there again.
     *
     * @param stall from 0
     * @return nanoseconds from the start
     */
    public long endNs(final int stall) {
        return endNs[stall];
    }

    /**
     * How long it was watched.
     *
     * @return nanoseconds
     */
    public long spanNs() {
        return spanNs;
    }

    /**
     * How much of it was stalled.
     *
     * @return nanoseconds
     */
    public long totalNs() {
        return before[count()];
    }

    /**
     * The longest stall.
     *
     * @return nanoseconds; 0 without any
     */
    public long longestNs() {
        long longest = 0;
        for (int i = 0; i < count(); i++) {
            longest = Math.max(longest, endNs[i] - beginNs[i]);
        }
        return longest;
    }

    /**
     * Stalled time in a window.
     *
     * @param fromNs where it begins
     * @param toNs   where it ends, not before it begins
     * @return nanoseconds
     */
    public long awayNs(final long fromNs, final long toNs) {
        return awayUntil(toNs) - awayUntil(fromNs);
    }

    private long awayUntil(final long ns) {
        final int found = Arrays.binarySearch(beginNs, ns);
        final int next = found >= 0 ? found : -found - 1;
        return next == 0 ? 0 : before[next - 1] + Math.min(ns, endNs[next - 1]) - beginNs[next - 1];
    }

    /**
     * Goes on from an instant for so much time that is not stalled.
     *
     * @param fromNs where it begins
     * @param workNs how much is needed, at least 0
     * @return the first instant at which it is done and the core is not stalled
     */
    public long advance(final long fromNs, final long workNs) {
        final int found = Arrays.binarySearch(beginNs, fromNs);
        int next = found >= 0 ? found : -found - 1;
        long now = next > 0 ? Math.max(fromNs, endNs[next - 1]) : fromNs;
        long left = workNs;
        while (next < beginNs.length && beginNs[next] - now <= left) {
            left -= beginNs[next] - now;
            now = endNs[next];
            next++;
        }
        return now + left;
    }

    /**
     * The most stalled time in any window of a length: exact, by windows that begin with a stall and windows that end with one.
     *
     * @param windowNs the length, above 0
     * @return nanoseconds, at most the window
     */
    public long mostAwayNs(final long windowNs) {
        long most = 0;
        int first = 0;
        for (int last = 0; last < count(); last++) { // ends with this stall
            while (endNs[first] <= endNs[last] - windowNs) {
                first++;
            }
            final long cut = Math.max(0, endNs[last] - windowNs - beginNs[first]);
            most = Math.max(most, before[last + 1] - before[first] - cut);
        }
        int next = 0;
        for (int from = 0; from < count(); from++) { // begins with this stall
            while (next < count() && beginNs[next] < beginNs[from] + windowNs) {
                next++;
            }
            final long cut = Math.max(0, endNs[next - 1] - beginNs[from] - windowNs);
            most = Math.max(most, before[next] - before[from] - cut);
        }
        return most;
    }
}
