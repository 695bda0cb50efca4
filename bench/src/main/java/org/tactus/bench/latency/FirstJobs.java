// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.tactus.bench.ScratchFolder;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.device.edgetpu.EdgeTpuDevices;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.CodeWorks;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.internal.work.WorkloadWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.work.Workload;

/**
 * Counts what each thread of a run allocates on the Java heap from time zero on, the first job included, for several kinds of work. A
 * process that has just started tells most: what the JDK makes at a first call, and at a method handle's 127th, is made once a process.
 */
public final class FirstJobs {
    private static final long MS = 1_000_000;
    private static final long US = 1_000;
    private static final String PLAIN = "plain.tflite";
    private static final String COMPILED = "compiled_edgetpu.tflite";
    private static final int SRAM_BYTES = 8 << 20;
    private static final long CHUNK_BYTES = 1 << 16;
    /** When the first timed job is released, so that a busy machine has the time to look before. */
    private static final long LATER_NS = 1_000 * MS;
    private static final ActualTime SHORT = new ActualTime(0.02, 0.1);

    private final Work work;
    private final long jobs;

    /** What the jobs do. */
    public enum Work {
        /** A core spins; released by a timer and by a thread. */
        SPIN,
        /** A program's own code, one segment after another on two cores. */
        CODE,
        /** A program's own code in two sizes, of which the one that is run says what the next job's are worth. */
        LEVELS,
        /** A network in three segments by ONNX Runtime. */
        ONNX,
        /** A network by TensorFlow Lite. */
        TFLITE,
        /** Segments by turns on a core and on a software GPU. */
        GPU,
        /** A network whose segments lie by turns on a software GPU and on a core. */
        GPU_NETWORK,
        /** Networks that take more memory than a software GPU has. */
        SWAP,
        /** A network whose segments lie on a software Edge TPU and on a core. */
        EDGE_TPU,
        /** The same, with the Edge TPU's library in a child process. */
        EDGE_TPU_CHILD
    }

    /**
     * Prepares a count.
     *
     * @param work what the jobs do
     * @param jobs how many jobs of each task
     */
    public FirstJobs(final Work work, final long jobs) {
        this.work = work;
        this.jobs = jobs;
    }

    private static DeviceSpec gpu(final Optional<DeviceMemory> memory) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, memory, 0);
    }

    private TaskSet set(final Path folder) throws IOException {
        final TaskSetBuilder builder = TaskSet.builder("first").device(DeviceSpec.cpu("cpu0", 0));
        switch (work) {
            case SPIN -> builder.task("timer", t -> t.offsetNs(LATER_NS).periodNs(MS).segment("cpu0", 100 * US, SHORT))
                .task("thread", t -> t.periodNs(MS).release(Release.SPORADIC).segment("cpu0", 100 * US, SHORT));
            case CODE -> builder.device(DeviceSpec.cpu("cpu1", 1))
                .task("code", t -> t.offsetNs(LATER_NS).periodNs(MS).segment("cpu0", 200 * US).segment("cpu1", 200 * US));
            case LEVELS -> builder.policy(PolicyKind.EDF).task("levels", t -> t.offsetNs(LATER_NS).periodNs(MS).segment("cpu0", 100 * US)
                .levels(false, List.of(new Segment.Level(100 * US, 0), new Segment.Level(200 * US, 0))));
            case ONNX -> builder.task("network", t -> t.offsetNs(LATER_NS).periodNs(5 * MS)
                .model(new ModelSource.Zoo("mobilenet", "small", 3)).segment("cpu0", MS).segment("cpu0", MS).segment("cpu0", MS));
            case TFLITE -> {
                plain(folder, "x", "y");
                builder.task("network", t -> t.offsetNs(LATER_NS).periodNs(2 * MS).model(files(folder, PLAIN)).segment("cpu0", MS));
            }
            case GPU -> builder.device(gpu(Optional.empty()))
                .task("turns", t -> t.offsetNs(LATER_NS).periodNs(3 * MS).segment("cpu0", MS / 10, SHORT).segment("gpu0", MS / 10)
                    .segment("cpu0", MS / 10, SHORT));
            case GPU_NETWORK -> builder.device(gpu(Optional.empty()))
                .task("network", t -> t.offsetNs(LATER_NS).periodNs(10 * MS).model(new ModelSource.Zoo("mobilenet", "small", 3))
                    .segment("gpu0", MS, SHORT).segment("cpu0", MS).segment("gpu0", MS, SHORT));
            case SWAP -> {
                final TaskSetBuilder swapping = TaskSet.builder("first").device(gpu(Optional.of(
                    new DeviceMemory(22 * CHUNK_BYTES, CHUNK_BYTES, SwapProtocol.SEQ, 50 * US, 50 * US, 100 * US, 100 * US))));
                for (int i = 0; i < 3; i++) {
                    swapping.task("net" + i, t -> t.offsetNs(LATER_NS).periodNs(15 * MS).segment("gpu0", MS, SHORT)
                        .memory(new TaskMemory(10 * CHUNK_BYTES, OptionalLong.of(6 * CHUNK_BYTES), Optional.empty(), CHUNK_BYTES,
                            4 * CHUNK_BYTES)));
                }
                return swapping.build();
            }
            case EDGE_TPU, EDGE_TPU_CHILD -> {
                compiled(folder, "x", "y");
                plain(folder, "y", "z");
                builder.device(new DeviceSpec("tpu0", DeviceKind.EDGETPU, List.of(), EdgeTpuDevices.SOFTWARE, 0, Optional.empty(),
                    SRAM_BYTES).withProcess(work == Work.EDGE_TPU ? DeviceSpec.LibraryProcess.OWN : DeviceSpec.LibraryProcess.CHILD));
                builder.task("network", t -> t.offsetNs(LATER_NS).periodNs(5 * MS).model(files(folder, COMPILED, PLAIN))
                    .segment("tpu0", MS).segment("cpu0", MS));
            }
        }
        return builder.build();
    }

    private static ModelSource files(final Path folder, final String... names) {
        return new ModelSource.TfLiteFiles(Stream.of(names).map(name -> folder.resolve(name).toString()).toList());
    }

    private static void plain(final Path folder, final String input, final String output) throws IOException {
        final float[][] weights = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
        Files.write(folder.resolve(PLAIN), DenseModelWriter.write(input, output, weights, new float[4], true));
    }

    private static void compiled(final Path folder, final String input, final String output) throws IOException {
        final int cachedBytes = 1 << 16;
        Files.write(folder.resolve(COMPILED), CompiledModelWriter.write(List.of(tensor(input)), List.of(tensor(output)),
            new EdgePackage(14, "", "", 0, List.of(
                new Executable(ExecutableType.PARAMETER_CACHING, 7, cachedBytes, 100, 0, cachedBytes, 0, 0, 0),
                new Executable(ExecutableType.EXECUTION_ONLY, 7, 0, 1000, 64, 0, 16, 16, 0)))));
    }

    private static TensorInfo tensor(final String name) {
        return new TensorInfo(name, ElementType.FLOAT, List.of(1L, 4L));
    }

    private WorkFactory works(final TaskSet set) {
        if (work == Work.LEVELS) {
            final Workload.Gains[] gains = new Workload.Gains[1];
            return new WorkloadWorks(new Workload().gains("levels", writer -> gains[0] = writer)
                .code("levels", 0, job -> gains[0].set(0, 1, job % 4)).code("levels", 0, 1, job -> gains[0].set(0, 1, 0)), set);
        }
        final NetworkWorks networks = new NetworkWorks();
        if (work != Work.CODE) {
            return networks;
        }
        final long[] sums = new long[2];
        return new CodeWorks(networks).segment("code", 0, job -> sums[0] += job).segment("code", 1, job -> sums[1] += job);
    }

    /** A thread of the run, and what was seen of it. */
    private static final class Seen {
        private final Thread thread;
        private final List<String> steps = new ArrayList<>();
        private final long zeroBytes;
        private long bytes;

        Seen(final Thread thread, final long bytes) {
            this.thread = thread;
            this.zeroBytes = bytes;
            this.bytes = bytes;
        }

        void look(final long nowBytes, final long job) {
            if (nowBytes > bytes) {
                steps.add((nowBytes - bytes) + " until job " + job);
                bytes = nowBytes;
            }
        }
    }

    /**
     * Runs the jobs and prints what each thread has allocated, and by which job it had. Without real-time rights: what is allocated does
     * not depend on them, and a test machine is not held up.
     *
     * @param out where to print
     * @return bytes that all threads but the monitor's have allocated: the dispatchers', and that of a caller
     * @throws IOException          when a network's file cannot be written
     * @throws InterruptedException when interrupted
     */
    public long run(final PrintStream out) throws IOException, InterruptedException {
        try (ScratchFolder scratch = ScratchFolder.make()) {
            return run(set(scratch.path()), out);
        }
    }

    private long run(final TaskSet set, final PrintStream out) throws InterruptedException {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final List<String> broken = new ArrayList<>();
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                broken.add(task + ": " + cause);
            }
        };
        try (TaskSetRun run = TaskSetRun.open(set, RunSettings.DEFAULT.withForce(true).withRealTime(false), works(set), listener)) {
            run.start();
            final List<Seen> all = new ArrayList<>();
            for (final Thread thread : LiveThreads.named("tactus-")) {
                all.add(new Seen(thread, threads.getThreadAllocatedBytes(thread.threadId())));
            }
            if (System.nanoTime() > run.zeroNs() + LATER_NS) {
                throw new IllegalStateException("the first job was released before the first look; the machine is too busy, so run it"
                    + " again");
            }
            final Thread caller = work == Work.SPIN ? caller(run) : null;
            if (caller != null) {
                all.add(new Seen(caller, 0));
            }
            long done = 0;
            while (done < jobs && broken.isEmpty()) {
                LockSupport.parkNanos(MS);
                done = Long.MAX_VALUE;
                for (int i = 0; i < set.tasks().size(); i++) {
                    done = Math.min(done, run.completed(run.handle(set.tasks().get(i).name())));
                }
                for (final Seen seen : all) {
                    seen.look(threads.getThreadAllocatedBytes(seen.thread.threadId()), done);
                }
            }
            if (caller != null) {
                caller.interrupt();
            }
            if (!broken.isEmpty()) {
                throw new IllegalStateException("a job broke: " + String.join("; ", broken));
            }
            long dispatchers = 0;
            for (final Seen seen : all) {
                out.printf("%s: %d jobs: %d bytes by %s%s%n", work, done, seen.bytes - seen.zeroBytes, seen.thread.getName(),
                    seen.steps.isEmpty() ? "" : ": " + seen.steps.subList(0, Math.min(8, seen.steps.size())));
                if (!seen.thread.getName().startsWith("tactus-monitor")) {
                    dispatchers += seen.bytes - seen.zeroBytes;
                }
            }
            return dispatchers;
        }
    }

    /** Starts the thread that requests jobs until it is interrupted. */
    private static Thread caller(final TaskSetRun run) {
        final RunHandle task = run.handle("thread");
        return Thread.ofPlatform().name("caller").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                run.release(task);
                LockSupport.parkNanos(MS);
            }
        });
    }
}
