// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What one turn of a variant measured. Responses are from the intended release to the end, of every urgent job from the first on.
 *
 * @param p50Ns         median response of the urgent task, nanoseconds
 * @param p99Ns         99 %
 * @param p999Ns        99.9 %; of fewer than 1,000 jobs the largest
 * @param maxNs         the largest, exact
 * @param boundNs       what the analysis promised of it; -1 where nothing did
 * @param jobs          urgent jobs that were completed
 * @param heavyASecond  heavy jobs completed a second
 * @param bytesByThread bytes allocated for each job of both tasks, by the name of the thread
 * @param remark        what was not as it should be; empty when all was
 */
record PeerFigures(
    long p50Ns, long p99Ns, long p999Ns, long maxNs, long boundNs, long jobs, double heavyASecond, Map<String, Double> bytesByThread,
    String remark) {
    private static final String MARK = "figures\t";
    private static final String UNAVAILABLE = "unavailable\t";

    PeerFigures {
        bytesByThread = new TreeMap<>(bytesByThread);
    }

    /** Takes the quantiles of a histogram, which rounds up: none of them is above the largest response. */
    static PeerFigures of(
        final Histogram responses, final long maxNs, final long boundNs, final long jobs, final double heavyASecond,
        final Map<String, Double> bytesByThread, final String remark) {
        return new PeerFigures(Math.min(maxNs, responses.getValueAtPercentile(50)), Math.min(maxNs, responses.getValueAtPercentile(99)),
            Math.min(maxNs, responses.getValueAtPercentile(99.9)), maxNs, boundNs, jobs, heavyASecond, bytesByThread, remark);
    }

    /** Bytes a job over all threads. */
    double bytesAJob() {
        return bytesByThread.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** One line, for the process that started this one. */
    String toLine() {
        final List<String> threads = new ArrayList<>();
        bytesByThread.forEach((thread, bytes) -> threads.add(thread + '=' + String.format(Locale.ROOT, "%.4f", bytes)));
        return MARK + String.format(Locale.ROOT, "%d\t%d\t%d\t%d\t%d\t%d\t%.6f\t%s\t%s", p50Ns, p99Ns, p999Ns, maxNs, boundNs, jobs,
            heavyASecond, String.join(";", threads), remark.replaceAll("\\s+", " "));
    }

    /** The line of a variant that this build or machine does not have. */
    static String unavailableLine(final String why) {
        return UNAVAILABLE + why.replaceAll("\\s+", " ");
    }

    static boolean isUnavailable(final String line) {
        return line.startsWith(UNAVAILABLE);
    }

    static String whyUnavailable(final String line) {
        return line.substring(UNAVAILABLE.length());
    }

    static boolean isFigures(final String line) {
        return line.startsWith(MARK);
    }

    /** Reads what {@link #toLine} wrote. */
    static PeerFigures parse(final String line) {
        final String[] fields = line.substring(MARK.length()).split("\t", -1);
        final Map<String, Double> threads = new TreeMap<>();
        for (final String entry : fields[7].isEmpty() ? new String[0] : fields[7].split(";")) {
            final int cut = entry.lastIndexOf('=');
            threads.put(entry.substring(0, cut), Double.valueOf(entry.substring(cut + 1)));
        }
        return new PeerFigures(Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]), Long.parseLong(fields[3]),
            Long.parseLong(fields[4]), Long.parseLong(fields[5]), Double.parseDouble(fields[6]), threads, fields[8]);
    }
}
