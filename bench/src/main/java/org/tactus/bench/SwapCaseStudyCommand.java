// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.cli.study.SwapCaseStudy;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.UsageCheck;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus bench swap-case-study}: more networks than memory, in several ways side by side. */
@Command(name = "swap-case-study", mixinStandardHelpOptions = true,
    description = "Runs RT-Swap's case study, or one with networks: copying everything, semantic residency, whole models, demand paging "
        + "(modelled), side by side. Exit status 1 when something does not hold that must.")
final class SwapCaseStudyCommand implements Callable<Integer> {
    private static final String MODELLED = "modelled";
    /** Page faults are modelled by sixteenths of a chunk. */
    private static final long LEAST_CHUNK_BYTES = 4096;

    @Parameters(paramLabel = "FILE", arity = "0..1",
        description = "Task-set file: one device with memory, one segment a task (default: the case study).")
    private Path file = Home.file("bench/case-studies/rt-swap.yaml");
    @Option(names = "--on", paramLabel = "DEVICE", defaultValue = MODELLED,
        description = "modelled (the file's device), software (the CUDA driver without a GPU) or nvidia (a GPU) (${DEFAULT-VALUE}).")
    private String on;
    @Option(names = "--protocol", paramLabel = "HOW",
        description = "How swapping is scheduled: seq, spe or ovl (default: as the file says).")
    private String how;
    @Option(names = "--scale", defaultValue = "1", description = "Divides every size; the chunks stay as many (${DEFAULT-VALUE}).")
    private long scale;
    @Option(names = "--simulate", description = "Simulates all of it in virtual time, every chunk and segment at its worst.")
    private boolean simulate;
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "18s", converter = DurationConverter.class,
        description = "Each way (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--seed", defaultValue = "1", description = "Of everything random (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--out", defaultValue = "out/swap-case-study", description = "Folder for the files of each way (${DEFAULT-VALUE}).")
    private Path out;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final LoadedTaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict());
        loaded.warnings().forEach(warning -> System.err.println("warning: " + warning));
        final TaskSet set = loaded.taskSet();
        final DeviceSpec named = set.platform().devices().getFirst();
        final boolean streams =
            set.tasks().stream().anyMatch(task -> task.memory().isPresent() && task.memory().get().streamBytes().isPresent());
        if (set.platform().devices().size() != 1 || named.memory().isEmpty() || set.tasks().stream().anyMatch(
            task -> !streams && task.segments().size() != 1 || task.memory().isEmpty())) {
            throw loaded.error("platform.devices", "the case study needs one device with memory, and tasks with memory on it, of one"
                + " segment each unless a task of the set streams");
        }
        UsageCheck.check(spec, on.equals(MODELLED) || on.equals(CudaDevices.SOFTWARE) || on.equals(CudaDevices.NVIDIA),
            "--on " + on + " is unknown; use " + MODELLED + ", " + CudaDevices.SOFTWARE + " or " + CudaDevices.NVIDIA);
        final long chunkBytes = named.memory().get().chunkBytes();
        UsageCheck.check(spec, scale >= 1 && chunkBytes % scale == 0 && chunkBytes / scale >= LEAST_CHUNK_BYTES, "--scale " + scale
            + " is out of range; give a number that divides the chunk of " + Sizes.format(chunkBytes) + " into "
            + Sizes.format(LEAST_CHUNK_BYTES) + " or more");
        final Optional<SwapProtocol> protocol = Arrays.stream(SwapProtocol.values()).filter(one -> one.text().equals(how)).findFirst();
        UsageCheck.check(spec, how == null || protocol.isPresent(), "--protocol " + how + " is unknown; use seq, spe or ovl");
        final boolean networks = set.tasks().stream().anyMatch(task -> task.model().isPresent());
        UsageCheck.check(spec, scale == 1 || !networks, "--scale " + scale
            + ": the weights of networks are as large as they are; leave it out");
        final DeviceMemory memory = protocol.map(named.memory().get()::withProtocol).orElse(named.memory().get());
        final DeviceSpec device = on.equals(MODELLED) ? named.withMemory(memory)
            : new DeviceSpec(named.name(), DeviceKind.CUDA, named.cores(), on, named.index(), Optional.of(memory), 0)
                .withCompute(named.compute());
        final TaskSet placed = new TaskSet(set.name(), set.policy(), set.overheads(), new Platform(List.of(device)), set.tasks());
        final SwapCaseStudy study = new SwapCaseStudy(
            placed, scale, durationNs, simulate, RunSettings.DEFAULT.withSeed(seed), loaded.baseDirectory(), out, System.out);
        return study.run() ? ExitStatus.GOOD : ExitStatus.NO;
    }
}
