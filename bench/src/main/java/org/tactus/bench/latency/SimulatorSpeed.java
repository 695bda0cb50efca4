// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tactus.cli.support.Terminal;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.internal.text.TextTable;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * How many segments the simulator completes in a second on one core, for sets of several sizes.
 * <pre>
 *   options, seed --> Simulator (one thread) --> segments counted
 *        wall time: what a person waits for; other load on the machine shows in it
 *        processor time of the thread: what the code takes
 * </pre>
 */
public final class SimulatorSpeed {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 7;
    private static final long ROUND_NS = 500_000_000L;
    /** Aimed at, completions a second. */
    private static final double AIM = 1e6;

    private SimulatorSpeed() {
    }

    /**
     * Measures and prints a row a set.
     *
     * @param out where to
     * @return true when each set's median in processor time reaches a million completions a second
     */
    public static boolean measure(final PrintStream out) {
        boolean good = true;
        final List<String[]> rows = new ArrayList<>();
        for (final PolicyKind policy : List.of(PolicyKind.FIXED_PRIORITY, PolicyKind.EDF)) {
            for (final int tasks : new int[] {10, 100}) {
                good &= row(set(policy, tasks, tasks / 5), rows);
            }
        }
        out.print(TextTable.text(Terminal.width(), new String[] {"policy", "tasks", "devices", "M/s wall (min median max)",
            "M/s CPU (min median max)"}, rows));
        return good;
    }

    private static boolean row(final TaskSet set, final List<String[]> rows) {
        final Simulator simulator = new Simulator();
        final double[] wall = new double[ROUNDS];
        final double[] processor = new double[ROUNDS];
        long durationNs = 1_000_000_000L;
        for (int round = -2; round < ROUNDS; round++) { // two to warm up, and to find how long a round is to be
            final long wallNs = System.nanoTime();
            final long processorNs = THREADS.getCurrentThreadCpuTime();
            simulator.maxResponses(set, SimulationOptions.worstCase(round, durationNs));
            final long tookNs = Math.max(1, THREADS.getCurrentThreadCpuTime() - processorNs);
            if (round >= 0) {
                wall[round] = simulator.segmentCount() * 1e3 / Math.max(1, System.nanoTime() - wallNs);
                processor[round] = simulator.segmentCount() * 1e3 / tookNs;
            } else {
                durationNs = (long) Math.min((double) durationNs * ROUND_NS / tookNs, Long.MAX_VALUE / 4.0);
            }
        }
        rows.add(new String[] {set.policy().text(), String.valueOf(set.tasks().size()), String.valueOf(set.platform().devices().size()),
            spread(wall), spread(processor)});
        return processor[ROUNDS / 2] * 1e6 >= AIM;
    }

    private static String spread(final double[] values) {
        Arrays.sort(values);
        return String.format(Locale.ROOT, "%.2f %.2f %.2f", values[0], values[values.length / 2], values[values.length - 1]);
    }

    /** Chains of four segments over three hops; about half of each device's time is asked for. */
    private static TaskSet set(final PolicyKind policy, final int tasks, final int devices) {
        final TaskSetBuilder builder = TaskSet.builder("speed").policy(policy);
        for (int d = 0; d < devices; d++) {
            builder.device(DeviceSpec.modelled("d" + d));
        }
        for (int i = 0; i < tasks; i++) {
            final long period = 1_000_000L + 137_000L * (i % 10);
            final int first = i % devices;
            builder.task("t" + i, t -> t.periodNs(period).jitterNs(1000).segment("d" + first, 10_000)
                .segment("d" + (first + 1) % devices, 20_000).segment("d" + (first + 1) % devices, 15_000)
                .segment("d" + (first + 2) % devices, 5_000));
        }
        return builder.build();
    }
}
