package org.tactus.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.tactus.TactusOptions;
import org.tactus.bench.study.SwapCaseStudy;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.TaskSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tactus bench swap-case-study}: more networks than memory, in several ways side by side. */
@Command(name = "swap-case-study", mixinStandardHelpOptions = true,
    description = "Runs RT-Swap's case study: copying everything, semantic residency, whole models, demand paging (modelled), side by "
        + "side. Exit status 1 when something does not hold that must.")
final class SwapCaseStudyCommand implements Callable<Integer> {
    private static final String MODELLED = "modelled";

    @Parameters(paramLabel = "FILE", arity = "0..1", defaultValue = "bench/case-studies/rt-swap.yaml",
        description = "Task-set file: one device with memory, one segment a task (${DEFAULT-VALUE}).")
    private Path file;
    @Option(names = "--on", paramLabel = "DEVICE", defaultValue = MODELLED,
        description = "modelled, software (the CUDA driver without a GPU) or nvidia (a GPU) (${DEFAULT-VALUE}).")
    private String on;
    @Option(names = "--scale", defaultValue = "1", description = "Divides every size; the chunks stay as many (${DEFAULT-VALUE}).")
    private long scale;
    @Option(names = "--simulate", description = "Simulates all of it in virtual time, every chunk and segment at its worst.")
    private boolean simulate;
    @Option(names = "--for", defaultValue = "18s", converter = DurationConverter.class, description = "Each way (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--seed", defaultValue = "1", description = "Of everything random (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--out", defaultValue = "out/swap-case-study", description = "Folder for the files of each way (${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final LoadedTaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict());
        loaded.warnings().forEach(warning -> System.err.println("warning: " + warning));
        final TaskSet set = loaded.taskSet();
        final DeviceSpec named = set.platform().devices().getFirst();
        if (set.platform().devices().size() != 1 || named.memory().isEmpty() || set.tasks().stream().anyMatch(
            task -> task.segments().size() != 1 || task.memory().isEmpty())) {
            throw loaded.error("platform.devices",
                "the case study needs one device with memory, and tasks of one segment with memory on it");
        }
        final DeviceSpec device = on.equals(MODELLED) ? named
            : new DeviceSpec(named.name(), DeviceKind.CUDA, named.cores(), on, named.index(), named.memory(), 0);
        final TaskSet placed = new TaskSet(set.name(), set.policy(), set.overheads(), new Platform(List.of(device)), set.tasks());
        final SwapCaseStudy study = new SwapCaseStudy(
            placed, scale, durationNs, simulate, TactusOptions.DEFAULT.withSeed(seed), out, System.out);
        return study.run() ? ExitStatus.GOOD : ExitStatus.NO;
    }
}
