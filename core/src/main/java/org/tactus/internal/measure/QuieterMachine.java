// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.time.Durations;

/**
 * Finds in {@code /proc} and {@code /sys} what keeps a core from belonging to its dispatcher, and says how to change it and what that would
 * buy. What the system does not tell is left out. Changes nothing.
 */
public final class QuieterMachine {
    private static final long TICKS_A_SECOND = 100;
    private static final int STEAL_FIELD = 8;
    private static final long SLOW_WAKE_US = 20;
    private static final long US = 1_000;

    private final Path root;
    private final int core;
    private final Map<String, String> advice = new LinkedHashMap<>();

    private QuieterMachine(final Path root, final int core) {
        this.root = root;
        this.core = core;
    }

    /**
     * Looks at this machine.
     *
     * @param core that is to carry a dispatcher
     * @return by what it is about: what is, what to type, what that buys; empty when nothing is left to change
     */
    public static Map<String, String> advice(final int core) {
        return advice(Path.of("/"), core);
    }

    /** Looks below a root, which holds {@code proc} and {@code sys}. */
    static Map<String, String> advice(final Path root, final int core) {
        final QuieterMachine machine = new QuieterMachine(root, core);
        machine.isolation();
        machine.interrupts();
        machine.clockSpeed();
        machine.idleStates();
        machine.throttling();
        machine.memory();
        machine.sibling();
        machine.share();
        machine.clock();
        return machine.advice;
    }

    private void isolation() {
        final List<String> isolated = lines("sys/devices/system/cpu/isolated");
        if (Files.exists(root.resolve("sys/devices/system/cpu/isolated"))
            && !cores(isolated.isEmpty() ? "" : isolated.getFirst()).contains(core)) {
            advice.put("isolated cores", "core " + core + " is none; boot with isolcpus=managed_irq,domain," + core + " nohz_full=" + core
                + " rcu_nocbs=" + core + ", or make a cpuset partition 'isolated': no other thread and no timer tick would come to it,"
                + " which is most of the gaps below 100 us");
        }
        final String allowed = lines("proc/self/status").stream().filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse("");
        if (!allowed.isEmpty() && !cores(allowed).contains(core)) {
            advice.put("cpuset", "this process may use cores " + allowed + " alone, so a dispatcher is not on core " + core
                + "; give its control group that core (cpuset.cpus): what is pinned elsewhere shares a core with others");
        }
    }

    private void interrupts() {
        final List<Integer> here = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root.resolve("proc/irq"), Files::isDirectory)) {
            for (final Path irq : all) {
                final List<String> list = lines("proc/irq/" + irq.getFileName() + "/smp_affinity_list");
                if (!list.isEmpty() && cores(list.getFirst()).contains(core)) {
                    here.add(Integer.valueOf(irq.getFileName().toString()));
                }
            }
        } catch (final IOException e) {
            return; // the system does not tell
        }
        if (here.isEmpty()) {
            return;
        }
        Collections.sort(here);
        final OptionalDouble rate = aSecond(PlatformAccounts.interrupts(lines("proc/interrupts"), core).orElse(-1));
        advice.put("interrupts", here.size() + " of them may be served by core " + core + rate.stream()
            .mapToObj(each -> String.format(Locale.ROOT, " (it served %.0f a second, its timer's included)", each)).findFirst().orElse("")
            + "; keep them away: write " + (core == 0 ? 1 : 0)
            + ", the number of another core, into /proc/irq/N/smp_affinity_list for each N"
            + " of " + ranges(here) + ", and stop irqbalance: each takes 2 to 50 us from a segment");
    }

    /** Numbers as a reader takes them in: neighbours as a range. */
    private static String ranges(final List<Integer> sorted) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < sorted.size(); i++) {
            final int begin = i;
            while (i + 1 < sorted.size() && sorted.get(i + 1) == sorted.get(i) + 1) {
                i++;
            }
            text.append(text.isEmpty() ? "" : ", ").append(sorted.get(begin)).append(i == begin ? "" : "-" + sorted.get(i));
        }
        return text.toString();
    }

    private OptionalDouble aSecond(final long count) {
        final List<String> uptime = lines("proc/uptime");
        if (count < 0 || uptime.isEmpty() || !uptime.getFirst().matches("[0-9.]+ .*")) {
            return OptionalDouble.empty();
        }
        final double seconds = Double.parseDouble(uptime.getFirst().split(" ")[0]);
        return seconds > 0 ? OptionalDouble.of(count / seconds) : OptionalDouble.empty();
    }

    private void clockSpeed() {
        final String folder = "sys/devices/system/cpu/cpu" + core + "/cpufreq/";
        final String governor = word(folder + "scaling_governor");
        if (!governor.isEmpty() && !governor.equals("performance")) {
            final long least = number(folder + "cpuinfo_min_freq");
            final long most = number(folder + "cpuinfo_max_freq");
            advice.put("governor", "core " + core + " has '" + governor + "'; cpupower -c " + core + " frequency-set -g performance: after"
                + " a pause a segment would not begin with a slow clock" + (least > 0 && most > least
                    ? String.format(Locale.ROOT, ", which is up to %.1f times slower", (double) most / least) : ""));
        }
    }

    private void idleStates() {
        long slowestUs = 0;
        for (int state = 0; Files.isDirectory(root.resolve(idle(state))); state++) {
            if (number(idle(state) + "/disable") != 1) {
                slowestUs = Math.max(slowestUs, number(idle(state) + "/latency"));
            }
        }
        if (slowestUs > SLOW_WAKE_US) {
            advice.put("idle states", "core " + core + " may sleep so deeply that it wakes " + slowestUs + " us late; cpupower -c " + core
                + " idle-set -D " + SLOW_WAKE_US + ": so much less in each hand-off and sporadic arrival");
        }
    }

    private String idle(final int state) {
        return "sys/devices/system/cpu/cpu" + core + "/cpuidle/state" + state;
    }

    private void throttling() {
        final long runtimeUs = number("proc/sys/kernel/sched_rt_runtime_us");
        final long periodUs = number("proc/sys/kernel/sched_rt_period_us");
        if (runtimeUs >= 0 && periodUs > runtimeUs) {
            advice.put("throttling", "real-time threads have " + Durations.format(runtimeUs * US) + " of each "
                + Durations.format(periodUs * US) + "; sysctl kernel.sched_rt_runtime_us=-1: a dispatcher that needs more, or spins (--idle"
                + " SPIN), would not be stopped for " + Durations.format((periodUs - runtimeUs) * US));
        }
    }

    private void memory() {
        final List<String> pages = lines("sys/kernel/mm/transparent_hugepage/enabled");
        if (!pages.isEmpty() && pages.getFirst().contains("[always]")) {
            advice.put("huge pages", "are made for every program; echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: a page fault"
                + " would not wait for memory to be moved together, which takes up to milliseconds");
        }
        if (lines("proc/swaps").size() > 1) {
            advice.put("swap", "is on; swapoff -a, or the right to lock memory (ulimit -l unlimited): no page would have to come back from"
                + " a disk, which takes 0.1 to 10 ms");
        }
        if (number("proc/sys/kernel/numa_balancing") > 0) {
            advice.put("NUMA balancing", "is on; sysctl kernel.numa_balancing=0: pages would not be taken out of the map to see who uses"
                + " them, a page fault each");
        }
    }

    private void sibling() {
        final String siblings = word("sys/devices/system/cpu/cpu" + core + "/topology/thread_siblings_list");
        if (cores(siblings).size() > 1) {
            advice.put("SMT sibling", "core " + core + " shares its execution units with " + siblings
                + "; echo off > /sys/devices/system/cpu/smt/control, or leave the other one idle: what runs there makes segments up to"
                + " twice as long, and no curve sees it");
        }
    }

    private void share() {
        PlatformQuotas.inForce(root).stream().filter(quota -> quota.what().startsWith("the quota")).forEach(quota -> advice.put("quota",
            quota.what() + " gives " + Durations.format(quota.budgetNs()) + " of each " + Durations.format(quota.periodNs())
                + "; write 'max' into cpu.max: the process would not be stopped for up to "
                + Durations.format(quota.periodNs() - quota.budgetNs())));
        final List<String> stat = lines("proc/stat");
        long ticks = 0;
        for (final String line : stat) {
            final String[] fields = line.trim().split("\\s+");
            if (fields[0].equals("cpu" + core)) {
                ticks = IntStream.range(1, Math.min(fields.length, STEAL_FIELD + 1)).mapToLong(i -> Long.parseLong(fields[i])).sum();
            }
        }
        final long stolenNs = PlatformAccounts.steal(stat, core).orElse(0);
        if (stolenNs > 0 && ticks > 0) {
            advice.put("hypervisor", String.format(Locale.ROOT, "it took %.2f %% of core %d so far (steal); ask it for cores of one's own"
                + " (pinned, or 'dedicated'): the longest gaps, which the kernel of this machine cannot prevent, would go",
                100.0 * stolenNs / (ticks * (1_000_000_000.0 / TICKS_A_SECOND)), core));
        }
    }

    private void clock() {
        final String source = word("sys/devices/system/clocksource/clocksource0/current_clocksource");
        if (!source.isEmpty() && !List.of("tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page").contains(source)) {
            advice.put("clock", "is read from '" + source + "'; boot with tsc=reliable where the processor's is: a look at the clock would"
                + " take 25 ns instead of about 1 us, several times a segment");
        }
    }

    /** The cores of a list; none where the system names none. */
    private static List<Integer> cores(final String text) {
        try {
            return RealTime.parseCoreList(text.strip());
        } catch (final NumberFormatException e) {
            return List.of();
        }
    }

    private long number(final String file) {
        final String text = word(file);
        return text.matches("-?[0-9]{1,15}") ? Long.parseLong(text) : -1;
    }

    private String word(final String file) {
        final List<String> text = lines(file);
        return text.isEmpty() ? "" : text.getFirst().strip();
    }

    private List<String> lines(final String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (final IOException e) {
            return List.of(); // not on this system
        }
    }
}
