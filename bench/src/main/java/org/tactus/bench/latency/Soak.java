// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tactus.cli.text.Lines;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Runs the kernel at a high rate where no byte is ever freed: modelled jobs on an accelerator, a network's segments on a CPU
 * device. After the start the heap is filled up until little more is left than the end of the run takes. The run is good when it took
 * less than half of what a leak of 16 bytes a job would take.
 */
public final class Soak {
    private static final int MODELLED_TASKS = 12;
    private static final long MODELLED_PERIOD_NS = 500_000;
    private static final long NETWORK_PERIOD_NS = 11_000_000;
    private static final int CUTS = 4;
    private static final int BYTES_A_JOB = 16;
    private static final int FILL_BYTES = 1 << 16;
    /** What the report and the end of the run may take: nothing is freed for them. */
    private static final long CLOSING_BYTES = 64L << 20;

    private final long durationNs;

    /**
     * Prepares a soak.
     *
     * @param durationNs how long, nanoseconds
     */
    public Soak(final long durationNs) {
        this.durationNs = durationNs;
    }

    private static TaskSet set() {
        final TaskSetBuilder builder = TaskSet.builder("soak").device(DeviceSpec.cpu("cpu0", 1))
            .device(new DeviceSpec("acc0", DeviceKind.MODELLED, List.of(0), "", 0, Optional.empty(), 0));
        for (int i = 0; i < MODELLED_TASKS; i++) {
            final long offsetNs = i * MODELLED_PERIOD_NS / MODELLED_TASKS;
            builder.task("modelled" + i, t -> t.periodNs(MODELLED_PERIOD_NS).offsetNs(offsetNs)
                .segment("acc0", 10_000, new ActualTime(0.1, 0.5)));
        }
        builder.task("network", t -> {
            t.periodNs(NETWORK_PERIOD_NS).model(new ModelSource.Zoo("mobilenet", "small", CUTS));
            for (int i = 0; i < CUTS; i++) {
                t.segment("cpu0", NETWORK_PERIOD_NS / 5);
            }
        });
        return builder.build();
    }

    private static long freeBytes() {
        final Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
    }

    private static boolean isEpsilon() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().anyMatch(bean -> bean.getName().contains("Epsilon"));
    }

    /** What each of the kernel's threads has allocated so far. */
    private static Map<String, Long> allocatedByThread() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final Map<String, Long> bytes = new TreeMap<>();
        for (final Thread thread : LiveThreads.named("tactus-")) {
            bytes.put(thread.getName(), threads.getThreadAllocatedBytes(thread.threadId()));
        }
        return bytes;
    }

    /**
     * Runs and prints what was left of the heap.
     *
     * @param out where to print
     * @return true when enough ran that a leak of 16 bytes a job would have been seen, and it was not
     * @throws InterruptedException when interrupted
     */
    public boolean run(final PrintStream out) throws InterruptedException {
        final long expectedJobs = MODELLED_TASKS * durationNs / MODELLED_PERIOD_NS;
        final RunSettings options = RunSettings.DEFAULT.withForce(true)
            .withKernel(KernelOptions.DEFAULT.withIdle(KernelOptions.Idle.SLEEP_THEN_SPIN));
        try (TaskSetRun tactus = TaskSetRun.open(set(), options, new NetworkWorks(), KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Thread.sleep(2_000); // what starting allocates late is over
            final long leaveBytes = expectedJobs * BYTES_A_JOB / 2;
            final List<byte[]> filling = new ArrayList<>(1 << 16);
            while (isEpsilon() && freeBytes() > CLOSING_BYTES + leaveBytes + FILL_BYTES) {
                filling.add(new byte[FILL_BYTES]);
            }
            final Map<String, Long> beforeByThread = allocatedByThread();
            final long beforeBytes = freeBytes();
            out.println(Lines.wrap(String.format(Locale.ROOT,
                "soak: %d bytes of heap left, %d of them for the end; a leak of %d bytes a job would take about %d", beforeBytes,
                CLOSING_BYTES, BYTES_A_JOB, expectedJobs * BYTES_A_JOB)));
            Thread.sleep(durationNs / 1_000_000);
            final long takenBytes = beforeBytes - freeBytes();
            long modelled = 0;
            for (int i = 0; i < MODELLED_TASKS; i++) {
                modelled += tactus.completed(tactus.handle("modelled" + i));
            }
            final long network = tactus.completed(tactus.handle("network")) * CUTS;
            out.println(Lines.wrap(String.format(Locale.ROOT,
                "soak: %d modelled jobs and %d ONNX Runtime segments took %d bytes of heap: %.4f bytes a job", modelled, network,
                takenBytes, (double) takenBytes / (modelled + network))));
            allocatedByThread().forEach((thread, bytes) -> out.printf("soak: of these %d bytes by %s%n",
                bytes - beforeByThread.getOrDefault(thread, 0L), thread));
            return leaveBytes < modelled * BYTES_A_JOB && takenBytes < leaveBytes;
        }
    }
}
