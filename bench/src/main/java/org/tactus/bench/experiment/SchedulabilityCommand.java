// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tactus.bench.experiment.ExperimentSettings.InvalidSettingException;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.OutputFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tactus experiment schedulability}: the ratio of accepted task sets for every approach, as CSV, chart and table. */
@Command(name = "schedulability", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Draws random task sets and shows how many each approach accepts, beside what simulation finds. "
        + "Exit status 1 when an accepted set missed a deadline in simulation.")
public final class SchedulabilityCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--system", required = true, paramLabel = "single|lalarand|rt-swap|streaming|spet", description = "Which system.")
    private String system;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--sets", description = "Task sets at each place of the axis (default: fits into three minutes on two cores).")
    private Integer sets;

    @Mixin
    private WorkerThreads threads;

    @Mixin
    private ResultOutput output;

    @Option(names = "--cpu-times", defaultValue = "drawn", paramLabel = "drawn|measured|profile",
        description = "lalarand: what is assumed of int8 times on the CPU (default: ${DEFAULT-VALUE}).")
    private String cpuTimes;

    @Option(names = "--cpu-ratio", defaultValue = "0.5..3", paramLabel = "LOW..HIGH",
        description = "lalarand, drawn: int8 time of a layer on the CPU over its GPU time (default: ${DEFAULT-VALUE}).")
    private String cpuRatio;

    @Option(names = "--utilisation", defaultValue = "0.2",
        description = "rt-swap, streaming: of execution alone (default: ${DEFAULT-VALUE}).")
    private double utilisation;

    @Option(names = "--tflops", defaultValue = "1.5", description = "rt-swap: rate of execution, 10^12/s (default: ${DEFAULT-VALUE}).")
    private double teraFlops;

    @Option(names = "--bandwidth", defaultValue = "25",
        description = "rt-swap, streaming: of copies, 10^9 bytes/s (default: ${DEFAULT-VALUE}).")
    private double bandwidth;

    @Option(names = "--link", defaultValue = "usb3", description = "spet: usb3, usb2 or pcie (default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--shard", paramLabel = "I/N", description = "Computes part I of N (from 1 on) and leaves its counts in DIR, for "
        + "'experiment merge'. Started again after a kill, it goes on where it was.")
    private String shard;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final int workers = threads.count(spec);
        UsageCheck.check(spec, sets == null || sets >= 1, "--sets " + sets + " is out of range; give at least 1");
        try {
            final ExperimentSettings settings = new ExperimentSettings(
                system, seed, sets == null ? 0 : sets, cpuTimes, cpuRatio, utilisation, teraFlops, bandwidth, link);
            final Blocks blocks = new Blocks(settings.experiment(), settings);
            if (shard != null) {
                return shard(blocks, Shard.parse(shard), workers);
            }
            output.check(spec, blocks.experiment());
            return output.write(new ExperimentRunner(blocks, workers).run(System.err), spec);
        } catch (final InvalidSettingException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int shard(final Blocks blocks, final Shard part, final int workers) throws IOException, InterruptedException {
        OutputFolder.make(output.folder());
        final Path file = output.folder().resolve(
            "schedulability-" + system + '-' + part.number() + "-of-" + part.of() + ".shard");
        final Tally tally = new Tally(blocks.experiment().axis().length, blocks.experiment().approaches().size());
        try (ShardFile counts = ShardFile.open(file, blocks, tally)) {
            new ExperimentRunner(blocks, workers).run(System.err, part, counts.done(), counts::append, tally);
        }
        final PrintWriter printer = spec.commandLine().getOut();
        printer.println(Lines.wrap("part " + part.number() + " of " + part.of() + " is done: " + file + "; put the parts together by"
            + " 'tactus experiment merge FILE...'"));
        printer.flush();
        return tally.violation().isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }
}
