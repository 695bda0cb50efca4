package org.tactus.internal.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.time.Durations;

/** Reads the periodic resources that the system is told to supply: the quota of a control group, the throttling of real-time threads. */
public final class PlatformQuotas {
    private static final long US = 1_000;

    private PlatformQuotas() {
    }

    /**
     * A share of the time that the system gives at most.
     *
     * @param what     what is limited, and where that stands
     * @param budgetNs in each period, nanoseconds
     * @param periodNs nanoseconds
     */
    public record Quota(String what, long budgetNs, long periodNs) {
        /**
         * What a task set says to allow for it.
         *
         * @return the value of {@code curve}
         */
        public String curve() {
            return "{budget: " + Durations.exact(budgetNs) + ", period: " + Durations.exact(periodNs) + "}";
        }
    }

    /**
     * Finds what is in force for this process.
     *
     * @return quotas below the whole period
     */
    public static List<Quota> inForce() {
        return inForce(Path.of("/"));
    }

    /** Finds them below a root, which holds {@code proc} and {@code sys}. */
    static List<Quota> inForce(final Path root) {
        final List<Quota> quotas = new ArrayList<>();
        for (final String line : lines(root.resolve("proc/self/cgroup"))) {
            final String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            final String group = fields[2].replaceFirst("^/", "");
            if (fields[1].isEmpty()) {
                for (Path at = Path.of(group); at != null; at = at.getParent()) {
                    unified(root.resolve("sys/fs/cgroup").resolve(at), quotas);
                }
            } else if (List.of(fields[1].split(",")).contains("cpu")) {
                final Path at = root.resolve("sys/fs/cgroup/cpu").resolve(group);
                add("the quota of the control group " + fields[2], number(at.resolve("cpu.cfs_quota_us")),
                    number(at.resolve("cpu.cfs_period_us")), quotas);
            }
        }
        add("the throttling of real-time threads (kernel.sched_rt_runtime_us)", number(root.resolve("proc/sys/kernel/sched_rt_runtime_us")),
            number(root.resolve("proc/sys/kernel/sched_rt_period_us")), quotas);
        return quotas;
    }

    private static void unified(final Path group, final List<Quota> quotas) {
        final List<String> text = lines(group.resolve("cpu.max"));
        final String[] fields = text.isEmpty() ? new String[0] : text.getFirst().trim().split("\\s+");
        if (fields.length == 2 && fields[0].matches("[0-9]{1,15}") && fields[1].matches("[0-9]{1,15}")) {
            add("the quota in " + group.resolve("cpu.max"), Long.parseLong(fields[0]), Long.parseLong(fields[1]), quotas);
        }
    }

    private static void add(final String what, final long budgetUs, final long periodUs, final List<Quota> quotas) {
        if (budgetUs > 0 && budgetUs < periodUs) {
            quotas.add(new Quota(what, budgetUs * US, periodUs * US));
        }
    }

    private static long number(final Path file) {
        final List<String> text = lines(file);
        return !text.isEmpty() && text.getFirst().trim().matches("-?[0-9]{1,15}") ? Long.parseLong(text.getFirst().trim()) : -1;
    }

    private static List<String> lines(final Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException e) {
            return List.of(); // not on this system
        }
    }
}
