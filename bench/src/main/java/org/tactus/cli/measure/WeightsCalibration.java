// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.measure;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.text.Lines;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.memory.ChunkFile;
import org.tactus.internal.memory.ChunkReader;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;

/** Measures what reading one chunk of weights from a file of a folder takes, by the code that a run reads with, and prints it. */
final class WeightsCalibration {
    private static final List<Long> CHUNKS = List.of(1L << 20, 2L << 20, 8L << 20, 32L << 20);
    private static final long LEAST_FILE_BYTES = 64L << 20;
    private static final int ROUNDS = 4;

    private WeightsCalibration() {
    }

    static void print(final CudaGpu gpu, final Path folder, final PrintStream out) {
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new PrerequisiteException("--weights: '" + folder + "' is no folder that can be written; name the one that a set's"
                + " 'weights' will name");
        }
        out.println(Lines.wrap("Chunks of weights read from files in " + folder + ", one after the other:"));
        out.printf("  %-10s %10s %10s %10s %9s  %s%n", "chunk", "p50", "p99", "max", "samples", "page cache");
        boolean direct = true;
        try (GpuRig rig = new GpuRig(gpu)) {
            for (final long chunkBytes : CHUNKS) {
                final int chunks = (int) (LEAST_FILE_BYTES / chunkBytes);
                final Runnable setup = () -> new RealTimeSetup(true).apply("reader", List.of()); // as in a run
                try (ChunkReader reader = new ChunkReader(rig.memory(), chunkBytes, setup);
                    ChunkFile file = new ChunkFile(reader, folder, chunkBytes, chunks)) {
                    final long[] tookNs = reader.measure(file, chunks, Math.max(32, ROUNDS * chunks),
                        () -> LockSupport.parkNanos(KernelOptions.DEFAULT.pollNs()));
                    Arrays.sort(tookNs);
                    out.printf("  %-10s %10s %10s %10s %9d  %s%n", Sizes.format(chunkBytes), at(tookNs, 0.5), at(tookNs, 0.99),
                        at(tookNs, 1), tookNs.length, file.isDirect() ? "read past" : "in use (*)");
                    direct &= file.isDirect();
                }
            }
        }
        if (!direct) {
            out.println("  (*) this file system has no direct reads");
        }
        out.println(Lines.wrap("  for a task set: 'weights: " + folder
            + "' and 'chunkRead' of its chunk, at least the largest. A disk promises"
            + " none of these times."));
    }

    private static String at(final long[] sortedNs, final double quantile) {
        return Durations.format(sortedNs[(int) Math.min(sortedNs.length - 1, Math.round(quantile * (sortedNs.length - 1)))]);
    }
}
