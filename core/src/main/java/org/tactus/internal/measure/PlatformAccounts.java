package org.tactus.internal.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tactus.internal.time.Durations;

/**
 * What the system's own accounts say about a core and a thread: steal, interrupts, waiting while others ran, involuntary switches. An
 * account that the system does not keep is empty. Immutable.
 *
 * @param stealNs     what a hypervisor took from the core, in ticks of the system's clock
 * @param interrupts  that the core served
 * @param runDelayNs  how long the thread was ready while another ran
 * @param preemptions how often the thread was switched out although it was ready
 */
record PlatformAccounts(OptionalLong stealNs, OptionalLong interrupts, OptionalLong runDelayNs, OptionalLong preemptions) {
    private static final long TICK_NS = 10_000_000;
    private static final int STEAL_FIELD = 8;

    static PlatformAccounts ofThisThread(final int core) {
        return new PlatformAccounts(steal(read(Path.of("/proc/stat")), core), interrupts(read(Path.of("/proc/interrupts")), core),
            field(read(Path.of("/proc/thread-self/schedstat")), 1), switches(read(Path.of("/proc/thread-self/status"))));
    }

    Map<String, String> since(final PlatformAccounts before) {
        final Map<String, String> changes = new LinkedHashMap<>();
        change(stealNs, before.stealNs).ifPresent(ns -> changes.put("steal", Durations.format(ns)));
        change(interrupts, before.interrupts).ifPresent(count -> changes.put("interrupts", Long.toString(count)));
        change(runDelayNs, before.runDelayNs).ifPresent(ns -> changes.put("waited for other threads", Durations.format(ns)));
        change(preemptions, before.preemptions).ifPresent(count -> changes.put("preempted", Long.toString(count)));
        return changes;
    }

    private static OptionalLong change(final OptionalLong now, final OptionalLong before) {
        return now.isPresent() && before.isPresent() ? OptionalLong.of(now.getAsLong() - before.getAsLong()) : OptionalLong.empty();
    }

    static OptionalLong steal(final List<String> stat, final int core) {
        for (final String line : stat) {
            final String[] fields = line.trim().split("\\s+");
            if (fields[0].equals("cpu" + core) && fields.length > STEAL_FIELD) {
                return OptionalLong.of(Long.parseLong(fields[STEAL_FIELD]) * TICK_NS);
            }
        }
        return OptionalLong.empty();
    }

    static OptionalLong interrupts(final List<String> table, final int core) {
        if (table.isEmpty()) {
            return OptionalLong.empty();
        }
        final int column = List.of(table.getFirst().trim().split("\\s+")).indexOf("CPU" + core);
        long sum = 0;
        for (final String line : table.subList(1, table.size())) {
            final String[] fields = line.trim().split("\\s+");
            if (column >= 0 && fields.length > column + 1 && fields[column + 1].matches("[0-9]+")) {
                sum += Long.parseLong(fields[column + 1]);
            }
        }
        return column < 0 ? OptionalLong.empty() : OptionalLong.of(sum);
    }

    private static OptionalLong field(final List<String> lines, final int place) {
        final String[] fields = lines.isEmpty() ? new String[0] : lines.getFirst().trim().split("\\s+");
        return fields.length > place ? OptionalLong.of(Long.parseLong(fields[place])) : OptionalLong.empty();
    }

    private static OptionalLong switches(final List<String> status) {
        return status.stream().filter(line -> line.startsWith("nonvoluntary_ctxt_switches:"))
            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).trim())).findFirst();
    }

    private static List<String> read(final Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException e) {
            return List.of(); // the system does not keep this account
        }
    }
}
