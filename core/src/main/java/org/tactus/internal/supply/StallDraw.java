package org.tactus.internal.supply;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.tactus.supply.StallCurve;

/** Draws traces of stalls that keep to a curve, for simulations and tests. Not thread-safe. */
public final class StallDraw {
    private final StallCurve curve;
    private final long[] lengths;
    private final long[] allowed;
    private final long spanNs;
    private long[] begin = new long[16];
    private long[] end = new long[16];
    private long[] before = new long[17];
    private int count;

    /**
     * Prepares.
     *
     * @param curve  what the traces keep to
     * @param spanNs how long they are, nanoseconds
     */
    public StallDraw(final StallCurve curve, final long spanNs) {
        this.curve = curve;
        this.spanNs = spanNs;
        lengths = CurveLengths.of(curve, spanNs);
        allowed = new long[lengths.length];
        Arrays.setAll(allowed, i -> curve.awayNs(lengths[i]));
    }

    /**
     * Draws one trace: stalls as long as the curve allows in half of the cases, else of a drawn length, with drawn gaps between.
     *
     * @param random    the draws
     * @param longestNs gaps are at most this long, and at least 1 ns
     * @return a trace within the curve
     */
    public StallTrace draw(final RandomGenerator random, final long longestNs) {
        count = 0;
        long now = random.nextInt(3) == 0 ? 0 : random.nextLong(longestNs);
        while (!curve.isNone() && now < spanNs) {
            final long most = most(now);
            if (most > 0) {
                add(now, now + (random.nextBoolean() ? most : 1 + random.nextLong(most)));
                now = end[count - 1];
            }
            now = CurveLengths.add(now, 1 + (random.nextBoolean() ? random.nextLong(longestNs) : random.nextLong(1 + longestNs / 16)));
        }
        return StallTrace.of(begin, end, count, spanNs);
    }

    /** The longest stall that may begin now: windows that end with it are those that it can make too much. */
    private long most(final long now) {
        long most = spanNs - now;
        for (int i = 0; i < lengths.length && most > 0; i++) {
            long good = 0;
            long bad = most + 1;
            while (bad - good > 1) {
                final long middle = good + (bad - good) / 2;
                final long from = now + middle - lengths[i];
                final long inside = from >= now ? lengths[i] : middle + away(from, now);
                if (inside <= allowed[i]) {
                    good = middle;
                } else {
                    bad = middle;
                }
            }
            most = good;
        }
        return most;
    }

    private long away(final long fromNs, final long toNs) {
        return until(toNs) - until(fromNs);
    }

    private long until(final long ns) {
        final int found = Arrays.binarySearch(begin, 0, count, ns);
        final int next = found >= 0 ? found : -found - 1;
        return next == 0 ? 0 : before[next - 1] + Math.min(ns, end[next - 1]) - begin[next - 1];
    }

    private void add(final long from, final long to) {
        if (count == begin.length) {
            begin = Arrays.copyOf(begin, 2 * count);
            end = Arrays.copyOf(end, 2 * count);
            before = Arrays.copyOf(before, 2 * count + 1);
        }
        begin[count] = from;
        end[count] = to;
        before[count + 1] = before[count] + to - from;
        count++;
    }
}
