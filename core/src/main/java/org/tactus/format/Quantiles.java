package org.tactus.format;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What repeated measurements of one quantity showed.
 *
 * @param samples number of samples, at least 0
 * @param p50Ns   median, nanoseconds
 * @param p99Ns   99th percentile, nanoseconds
 * @param p999Ns  99.9th percentile, nanoseconds
 * @param maxNs   largest, nanoseconds
 */
public record Quantiles(long samples, long p50Ns, long p99Ns, long p999Ns, long maxNs) {
    /** Keys in a file. */
    static final String[] KEYS = {"samples", "p50", "p99", "p999", "max"};

    static Quantiles read(final YamlMap map) {
        return new Quantiles(map.need("samples", "'samples: 1000'").integer(0, Long.MAX_VALUE),
            map.need("p50", "'p50: 1us'").durationNs(), map.need("p99", "'p99: 1us'").durationNs(),
            map.need("p999", "'p999: 1us'").durationNs(), map.need("max", "'max: 1us'").durationNs());
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
