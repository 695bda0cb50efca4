// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tactus.internal.time.Durations;

/**
 * Quantiles of repeated measurements of one quantity.
 *
 * @param samples number of samples, at least 0
 * @param p50Ns   median, nanoseconds
 * @param p99Ns   99th percentile, nanoseconds
 * @param p999Ns  99.9th percentile, nanoseconds
 * @param maxNs   largest, nanoseconds
 */
public record Quantiles(long samples, long p50Ns, long p99Ns, long p999Ns, long maxNs) {
    private static final long STALL_NS = 1_000_000L;
    private static final long STALL_MEDIANS = 20;
    private static final List<String> KEYS = List.of("p50", "p99", "p999", "max");

    /**
     * Sums samples up.
     *
     * @param samples nanoseconds, at least one; sorted by this call
     * @return their quantiles
     */
    public static Quantiles of(final long[] samples) {
        return of(samples, samples.length);
    }

    /**
     * Sums the first samples of an array up.
     *
     * @param samples nanoseconds; the first ones are sorted by this call
     * @param count   how many count, at least one
     * @return their quantiles
     */
    public static Quantiles of(final long[] samples, final int count) {
        Arrays.sort(samples, 0, count);
        final int last = count - 1;
        return new Quantiles(count, samples[last / 2], samples[(int) (last * 0.99)], samples[(int) (last * 0.999)], samples[last]);
    }

    /**
     * Sums up what takes microseconds, without the samples that a platform stall touched: those that are at least 1 ms and many
     * times the median.
     *
     * @param samples nanoseconds, at least one; sorted by this call
     * @return the quantiles of the others; {@link #samples()} is less than given by the number of stalls
     */
    public static Quantiles withoutStalls(final long[] samples) {
        Arrays.sort(samples);
        final long thresholdNs = Math.max(STALL_NS, STALL_MEDIANS * samples[(samples.length - 1) / 2]);
        int count = samples.length;
        while (samples[count - 1] > thresholdNs) {
            count--;
        }
        return of(samples, count);
    }

    static Quantiles read(final YamlMap map, final String key) {
        return read(map.need(key, "'" + key + "' or run: tactus calibrate").map(FileSection.QUANTILES));
    }

    static Optional<Quantiles> find(final YamlMap map, final String key) {
        return map.find(key).map(found -> read(found.map(FileSection.QUANTILES)));
    }

    static Quantiles read(final YamlMap map) {
        final long samples = map.need("samples", "'samples: 1000'").integer(0, Long.MAX_VALUE);
        long leastNs = 0;
        final long[] quantilesNs = new long[KEYS.size()];
        for (int i = 0; i < quantilesNs.length; i++) {
            final YamlValue value = map.need(KEYS.get(i), "'" + KEYS.get(i) + ": 1us'");
            quantilesNs[i] = value.durationNs();
            if (quantilesNs[i] < leastNs) {
                throw value.error(KEYS.get(i) + ": " + Durations.exact(quantilesNs[i]) + " is below " + KEYS.get(i - 1) + ", "
                    + Durations.exact(leastNs) + "; quantiles never fall from p50 to max, so measure again");
            }
            leastNs = quantilesNs[i];
        }
        return new Quantiles(samples, quantilesNs[0], quantilesNs[1], quantilesNs[2], quantilesNs[3]);
    }

    Map<String, Object> entries() {
        final Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("samples", samples);
        entries.put("p50", p50Ns + "ns");
        entries.put("p99", p99Ns + "ns");
        entries.put("p999", p999Ns + "ns");
        entries.put("max", maxNs + "ns");
        return entries;
    }
}
