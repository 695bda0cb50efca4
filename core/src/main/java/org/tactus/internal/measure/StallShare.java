package org.tactus.internal.measure;

import java.util.Arrays;
import org.tactus.internal.supply.StallTrace;

/**
 * How often stalls hit what takes a short time, by the worst of the watched cores: tells apart which of many samples a stall touched.
 *
 * <p>Of operations that take a time L, begun at any instant, at most a share h(L) = share + L / gap meets a stall. Whoever is hit is slower
 * for it, so at most the slowest h(L) of the samples were; the quantile q of those that were not is the quantile q (1 - h) of all. It
 * needs no look into single samples, which cannot tell a stall of theirs from slowness.
 *
 * @param share      of the time that was stalled
 * @param gapsEachNs stalls in each nanosecond
 */
public record StallShare(double share, double gapsEachNs) {

    static StallShare of(final StallTrace trace) {
        return new StallShare((double) trace.totalNs() / trace.spanNs(), (double) trace.count() / trace.spanNs());
    }

    StallShare worse(final StallShare other) {
        return new StallShare(Math.max(share, other.share), Math.max(gapsEachNs, other.gapsEachNs));
    }

    /**
     * The share of operations that meet a stall.
     *
     * @param lengthNs how long they take without one, nanoseconds
     * @return from 0 to 1
     */
    public double hit(final long lengthNs) {
        return Math.min(1, share + lengthNs * gapsEachNs);
    }

    /**
     * A quantile of the samples that no stall hit.
     *
     * @param samples  nanoseconds, at least one; sorted by this call
     * @param besideNs what belongs to an operation beside what was sampled, such as the segment whose end is late, nanoseconds
     * @param quantile of those without a stall, below 1
     * @return nanoseconds
     */
    public long quantile(final long[] samples, final long besideNs, final double quantile) {
        Arrays.sort(samples);
        final double free = 1 - hit(besideNs + samples[samples.length / 2]);
        return samples[(int) Math.min(samples.length - 1, Math.floor(samples.length * quantile * free))];
    }
}
