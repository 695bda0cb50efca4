// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may have held a dispatcher up, counted by the system and the JVM: pauses of the JVM, handshakes of the JVM with threads,
 * inter-processor interrupts of the dispatcher's core, and how often and for how long the dispatcher's threads were kept from it. Counts
 * name a cause also where times are too noisy to.
 *
 * @param safepoints  pauses of the JVM, in which all Java code stands still
 * @param handshakes  operations for which the JVM stops threads one by one
 * @param calls       interrupts by which a core has this one call a function, such as a barrier after code was patched
 * @param flushes     interrupts by which a core has this one forget translations of addresses
 * @param reschedules interrupts by which a core tells this one to look for another thread
 * @param involuntary how often dispatchers' threads lost the core while they wanted it
 * @param waitedNs    for how long dispatchers' threads waited for the core, nanoseconds
 * @param faults      pages that dispatchers' threads had to be given
 */
record CoreCounts(
    long safepoints, long handshakes, long calls, long flushes, long reschedules, long involuntary, long waitedNs, long faults) {
    /** What a JVM is given to log pauses and handshakes, before the name of the file. */
    static final String LOG_FLAG = "-Xlog:safepoint=info,handshake=info:file=";
    /** What stands behind the file's name. */
    static final String LOG_FLAG_END = ":timenanos:filecount=0";
    /** Headings of {@link #row}. */
    static final List<String> HEAD =
        List.of("safepoints", "handshakes", "call IPI", "TLB IPI", "resched", "lost core", "waited us", "faults");
    private static final int FIRST_FIELD_BEHIND_NAME = 3;
    private static final int MINOR_FAULTS_FIELD = 10;
    private static final int MAJOR_FAULTS_FIELD = 12;
    private static final Pattern INVOLUNTARY = Pattern.compile("(?m)^nonvoluntary_ctxt_switches:\\s+(\\d+)$");
    private static final int COUNTS = 8;

    /**
     * Reads all counts now.
     *
     * @param proc    the folder {@code /proc}, or one laid out as it is
     * @param core    the dispatcher's
     * @param threads how the names of dispatchers' threads begin
     * @param log     the JVM's log, as {@link #LOG_FLAG} asks for it
     * @return counts since the system, the threads and the JVM began
     * @throws IOException when a file cannot be read
     */
    static CoreCounts now(final Path proc, final int core, final String threads, final Path log) throws IOException {
        final String interrupts = Files.readString(proc.resolve("interrupts"));
        final List<String> told = Files.readAllLines(log);
        long involuntary = 0;
        long waitedNs = 0;
        long faults = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc.resolve("self/task"))) {
            for (final Path task : tasks) {
                if (Files.exists(task) && Files.readString(task.resolve("comm")).startsWith(threads)) {
                    final Matcher switches = INVOLUNTARY.matcher(Files.readString(task.resolve("status")));
                    involuntary += switches.find() ? Long.parseLong(switches.group(1)) : 0;
                    waitedNs += Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[1]);
                    final String stat = Files.readString(task.resolve("stat"));
                    final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    faults += Long.parseLong(fields[MINOR_FAULTS_FIELD - FIRST_FIELD_BEHIND_NAME])
                        + Long.parseLong(fields[MAJOR_FAULTS_FIELD - FIRST_FIELD_BEHIND_NAME]);
                }
            }
        }
        return new CoreCounts(told.stream().filter(line -> line.contains("Safepoint \"")).count(),
            told.stream().filter(line -> line.contains("Handshake \"")).count(), interrupts(interrupts, "CAL", core),
            interrupts(interrupts, "TLB", core), interrupts(interrupts, "RES", core), involuntary, waitedNs, faults);
    }

    /** A kind of interrupts of a core, from the text of {@code /proc/interrupts}; 0 where this machine has no such kind. */
    static long interrupts(final String text, final String kind, final int core) {
        final List<String> lines = text.lines().toList();
        final int column = Arrays.asList(lines.getFirst().strip().split("\\s+")).indexOf("CPU" + core);
        return column < 0 ? 0 : lines.stream().map(String::strip).filter(line -> line.startsWith(kind + ':'))
            .mapToLong(line -> Long.parseLong(line.split("\\s+")[column + 1])).sum();
    }

    CoreCounts minus(final CoreCounts before) {
        return combine(before, -1);
    }

    CoreCounts plus(final CoreCounts other) {
        return combine(other, 1);
    }

    private CoreCounts combine(final CoreCounts other, final int sign) {
        final long[] all = values();
        final long[] others = other.values();
        for (int i = 0; i < COUNTS; i++) {
            all[i] += sign * others[i];
        }
        return of(all);
    }

    private long[] values() {
        return new long[] {safepoints, handshakes, calls, flushes, reschedules, involuntary, waitedNs, faults};
    }

    private static CoreCounts of(final long[] all) {
        return new CoreCounts(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]);
    }

    /** In one word, for {@link #parse}. */
    String word() {
        return Arrays.toString(values()).replace(" ", "");
    }

    static CoreCounts parse(final String word) {
        return of(Arrays.stream(word.substring(1, word.length() - 1).split(",")).mapToLong(Long::parseLong).toArray());
    }

    /** What {@link #HEAD} names, each a second. */
    List<String> row(final double seconds) {
        return List.of(text(2, safepoints / seconds), text(2, handshakes / seconds), text(1, calls / seconds), text(1, flushes / seconds),
            text(1, reschedules / seconds), text(2, involuntary / seconds), text(1, waitedNs / 1e3 / seconds), text(2, faults / seconds));
    }

    private static String text(final int decimals, final double number) {
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
    }
}
