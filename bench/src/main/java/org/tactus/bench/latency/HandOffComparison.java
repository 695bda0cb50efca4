// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.tactus.internal.kernel.HandOverQueue;
import org.tactus.internal.policy.PolicyState;

/**
 * One-way hand-over between two spinning threads: half a round trip, over the ways that there are. Medians across threads swing from
 * run to run on shared machines, so the ways take turns within a fork, and many forks are compared.
 * <pre>
 *   thread A --- ping ---&gt; thread B
 *            &lt;-- pong ---            one way = round trip / 2
 * </pre>
 */
public final class HandOffComparison {
    private static final int ROUND_TRIPS = 20_000;
    private static final int BATCH = 100;

    private HandOffComparison() {
    }

    /** A way to bring an int to another thread. */
    private interface Way {
        void give(int value);

        /** The value, or -1. */
        int take();
    }

    private static final class RawFlag implements Way {
        private static final VarHandle INT =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
        private final ByteBuffer memory = ByteBuffer.allocateDirect(256).alignedSlice(64).order(ByteOrder.nativeOrder());
        private int seen;
        private int given;

        @Override
        public void give(final int value) {
            INT.setRelease(memory, 64, ++given);
        }

        @Override
        public int take() {
            final int now = (int) INT.getAcquire(memory, 64);
            if (now == seen) {
                return -1;
            }
            seen = now;
            return 0;
        }
    }

    private static final class OfSlots implements Way {
        private final HandOverQueue queue = new HandOverQueue(64);

        @Override
        public void give(final int value) {
            queue.handOver(value);
        }

        @Override
        public int take() {
            final int slot = queue.take();
            return slot == PolicyState.NONE ? -1 : slot;
        }
    }

    private record OfQueue(Queue<Integer> queue) implements Way {
        private static final Integer TOKEN = 0;

        @Override
        public void give(final int value) {
            queue.offer(TOKEN);
        }

        @Override
        public int take() {
            return queue.poll() == null ? -1 : 0;
        }
    }

    private static Map<String, Way[]> ways() {
        final Map<String, Way[]> ways = new LinkedHashMap<>();
        ways.put("raw off-heap flag", new Way[] {new RawFlag(), new RawFlag()});
        ways.put("Tactus hand-off", new Way[] {new OfSlots(), new OfSlots()});
        ways.put("JCTools SPSC",
            new Way[] {new OfQueue(new SpscVarHandleArrayQueue<>(64)), new OfQueue(new SpscVarHandleArrayQueue<>(64))});
        ways.put("JCTools MPSC",
            new Way[] {new OfQueue(new MpscVarHandleArrayQueue<>(64)), new OfQueue(new MpscVarHandleArrayQueue<>(64))});
        ways.put("ConcurrentLinkedQueue",
            new Way[] {new OfQueue(new ConcurrentLinkedQueue<>()), new OfQueue(new ConcurrentLinkedQueue<>())});
        ways.put("ArrayBlockingQueue (polled)",
            new Way[] {new OfQueue(new ArrayBlockingQueue<>(64)), new OfQueue(new ArrayBlockingQueue<>(64))});
        return ways;
    }

    /**
     * One fork: prints a line a way, {@code name TAB nanoseconds}; the ways take turns for the given rounds and the median over
     * the rounds is printed.
     *
     * @param rounds how often each way takes its turn
     * @param out    where to print
     * @throws InterruptedException when interrupted
     */
    public static void fork(final int rounds, final PrintStream out) throws InterruptedException {
        final Map<String, Way[]> ways = ways();
        final Map<String, double[]> results = new LinkedHashMap<>();
        ways.keySet().forEach(name -> results.put(name, new double[rounds]));
        for (int round = -2; round < rounds; round++) { // two rounds warm up
            for (final Map.Entry<String, Way[]> way : ways.entrySet()) {
                final double oneWayNs = turn(way.getValue()[0], way.getValue()[1]);
                if (round >= 0) {
                    results.get(way.getKey())[round] = oneWayNs;
                }
            }
        }
        results.forEach((name, times) -> out.println(name + "\t" + median(times)));
    }

    private static double median(final double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double turn(final Way ping, final Way pong) throws InterruptedException {
        final Thread echo = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < ROUND_TRIPS; i++) {
                int value = ping.take();
                while (value < 0) {
                    Thread.onSpinWait();
                    value = ping.take();
                }
                pong.give(value);
            }
        });
        final double[] batches = new double[ROUND_TRIPS / BATCH];
        for (int batch = 0; batch < batches.length; batch++) {
            final long beginNs = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                ping.give(i & 63);
                while (pong.take() < 0) {
                    Thread.onSpinWait();
                }
            }
            batches[batch] = (System.nanoTime() - beginNs) / (2.0 * BATCH);
        }
        echo.join();
        return median(batches);
    }

    /**
     * Runs many forks, one after another, and prints median and range of each way, and its ratio to the raw flag fork by fork.
     *
     * @param forks   number of processes
     * @param rounds  turns of each way in a fork
     * @param command how to start a fork; prints what {@link #fork} prints
     * @param out     where to print
     * @throws IOException          when a fork cannot be started
     * @throws InterruptedException when interrupted
     */
    public static void compare(final int forks, final int rounds, final List<String> command, final PrintStream out)
        throws IOException, InterruptedException {
        final Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int fork = 0; fork < forks; fork++) {
            final Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (BufferedReader reader = process.inputReader()) {
                String line = reader.readLine();
                while (line != null) {
                    final String[] parts = line.split("\t");
                    times.computeIfAbsent(parts[0], name -> new ArrayList<>()).add(Double.valueOf(parts[1]));
                    line = reader.readLine();
                }
            }
            process.waitFor();
        }
        final List<Double> raw = times.get("raw off-heap flag");
        out.printf("one-way hand-off, ns: %d forks, %d interleaved rounds each%n", forks, rounds);
        out.printf("%-30s %8s %8s %8s   %s%n", "", "min", "median", "max", "median ratio to the raw flag");
        for (final Map.Entry<String, List<Double>> way : times.entrySet()) {
            final double[] sorted = way.getValue().stream().mapToDouble(Double::doubleValue).sorted().toArray();
            final double[] ratios = new double[sorted.length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = way.getValue().get(i) / raw.get(i);
            }
            out.printf("%-30s %8.0f %8.0f %8.0f   %.2f%n", way.getKey(), sorted[0], median(sorted), sorted[sorted.length - 1],
                median(ratios));
        }
    }
}
