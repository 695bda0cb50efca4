// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.study.SwapCaseStudy;
import org.tactus.format.GpuCalibration;
import org.tactus.format.GpuCalibration.ChunkCost;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.measure.GpuCalibrator;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.plan.SwapVolumes;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.Residency;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Runs the case study, more networks than memory: on a GPU as large as it is or as fits, on the software driver with smaller chunks,
 * and for a trial in virtual time.
 */
final class CaseStudyCheck implements GpuCheck {
    /** Divides the sizes where memory is the host's: chunks of 512 KiB. */
    private static final long SOFTWARE_SCALE = 64;
    /** Beside the capacity lies what the driver itself needs. */
    private static final double LARGEST_SHARE = 0.9;
    private static final int CHUNKS = 4;
    private static final int REPETITIONS = 5;
    private static final int LAUNCHES = 1_000;
    private static final long WAY_NS = 12_000_000_000L;
    /** For a trial on a GPU: each task has a job, and the chunks are as small as the driver has them. */
    private static final long QUICK_WAY_NS = 1_500_000_000L;

    private final Path file;
    private final boolean software;
    private final int index;
    private final boolean quick;
    private final boolean virtual;
    private final OptionalLong capacityBytes;
    private final Path out;

    /**
     * Prepares the study.
     *
     * @param file          the task set
     * @param software      whether the software driver answers
     * @param index         which GPU
     * @param quick         whether little will do: on the software driver it is simulated, on a GPU it is small and short
     * @param capacityBytes capacity instead of the file's
     * @param out           folder for the files of each way
     */
    CaseStudyCheck(
        final Path file, final boolean software, final int index, final boolean quick, final OptionalLong capacityBytes,
        final Path out) {
        this.file = file;
        this.software = software;
        this.index = index;
        this.quick = quick;
        this.virtual = quick && software;
        this.capacityBytes = capacityBytes;
        this.out = out;
    }

    @Override
    public String name() {
        return "case study";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "what", "holds");
        final TaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
        final DeviceSpec named = loaded.platform().devices().getFirst();
        final DeviceMemory written = named.memory().orElseThrow();
        final DeviceMemory sized = written.withCapacityBytes(capacityBytes.orElse(written.capacityBytes()));
        final long divisor = virtual ? 1 : software ? SOFTWARE_SCALE : Math.max(divisor(rig, sized.capacityBytes()),
            quick ? sized.chunkBytes() / rig.memory().granularityBytes(rig.gpu()) : 1);
        final DeviceMemory memory = software || virtual ? sized : costly(sized, rig, sized.chunkBytes() / divisor);
        final Optional<InterruptTable.Choice> core = software ? Optional.empty()
            : Optional.of(InterruptTable.ofThisMachine().quietest(RealTime.allowedCores()));
        final DeviceSpec device = new DeviceSpec(named.name(), DeviceKind.CUDA,
            core.map(chosen -> List.of(chosen.core())).orElse(named.cores()), software ? CudaDevices.SOFTWARE : CudaDevices.NVIDIA, index,
            Optional.of(memory), 0).withCompute(named.compute());
        final TaskSet placed = placed(loaded, device, loaded.tasks());
        final TaskSet copying = placed(loaded, device.withMemory(memory.withResidency(Residency.COPY_ALL)), loaded.tasks());
        final TaskSet set = capacityBytes.isEmpty() ? placed : placed(loaded, device, equalVolumes(copying, memory));
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(text, false, StandardCharsets.UTF_8)) {
            final long wayNs = quick && !virtual ? QUICK_WAY_NS : WAY_NS;
            final SwapCaseStudy study = new SwapCaseStudy(set, divisor, wayNs, virtual, RunSettings.DEFAULT, out, out, print);
            study.run();
            for (final SwapCaseStudy.Finding finding : study.findings()) {
                section.row(finding.what(), finding.holds());
                section.expect(finding.holds(), "does not hold: " + finding.what());
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        section.text(text.toString(StandardCharsets.UTF_8));
        return section.checked((virtual ? "in virtual time, " : "") + "capacity " + Sizes.format(memory.capacityBytes() / divisor)
            + ", chunks of " + Sizes.format(memory.chunkBytes() / divisor) + ", " + Durations.format(memory.chunkInNs()) + " in and "
            + Durations.format(memory.chunkOutNs()) + " out; " + core.map(chosen -> chosen.why() + "; ").orElse("") + "files in " + out);
    }

    private static TaskSet placed(final TaskSet set, final DeviceSpec device, final List<Task> tasks) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), new Platform(List.of(device)), tasks);
    }

    /** As many chunks of each task that the file swaps as a capacity needs: the others must be able to make room for any of them. */
    private static List<Task> equalVolumes(final TaskSet set, final DeviceMemory memory) {
        final long overflow = new SwapVolumes(set, memory.protocol()).overflowChunks();
        final long swapped = set.tasks().stream().filter(task -> swaps(task)).count();
        final long bytes = Math.ceilDiv(overflow, Math.max(1, swapped - 1)) * memory.chunkBytes();
        return set.tasks().stream().map(task ->
            swaps(task) ? task.withMemory(task.memory().orElseThrow().withSwapBytes(OptionalLong.of(bytes))) : task).toList();
    }

    private static boolean swaps(final Task task) {
        return task.memory().isPresent() && task.memory().get().swapBytes().orElse(0) > 0;
    }

    /** The least power of two that makes the capacity fit into what is free. */
    private static long divisor(final GpuRig rig, final long capacity) {
        final long room = (long) (LARGEST_SHARE * rig.memory().info()[0]);
        long divisor = 1;
        while (capacity / divisor > room) {
            divisor *= 2;
        }
        return divisor;
    }

    /** Costs of a chunk as the file says, or as measured now where they are greater: its bounds are to hold on this bus. */
    private static DeviceMemory costly(final DeviceMemory memory, final GpuRig rig, final long chunkBytes) {
        final GpuCalibration measured = new GpuCalibrator(rig, List.of(chunkBytes), CHUNKS * chunkBytes, REPETITIONS, LAUNCHES)
            .measure(part -> { });
        final ChunkCost cost = measured.chunks().getFirst();
        final DeviceMemory alone = new DeviceMemory(
            memory.capacityBytes(), memory.chunkBytes(), memory.protocol(), Math.max(memory.chunkInNs(), cost.inNs()),
            Math.max(memory.chunkOutNs(), cost.outNs()), Math.max(memory.swapInOverheadNs(), measured.swapInOverheadNs()),
            Math.max(memory.swapOutOverheadNs(), measured.swapOutOverheadNs()), memory.residency(),
            Math.max(memory.chunkDropNs(), cost.dropNs()), memory.background());
        return memory.duplex().map(both -> alone.withDuplex(new DeviceMemory.Duplex(Math.max(both.inNs(), cost.duplexInNs()),
            Math.max(both.outNs(), cost.duplexOutNs()), Math.max(both.dropNs(), cost.duplexDropNs())))).orElse(alone);
    }
}
