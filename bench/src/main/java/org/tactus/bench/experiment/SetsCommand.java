// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.OverheadsSource;
import org.tactus.format.TaskSetWriter;
import org.tactus.internal.file.OutputFolder;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus experiment sets}: random task sets as files, which every command that reads task sets takes. */
@Command(name = "sets", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Draws random task sets and writes each into a file, for 'analyze', 'simulate', 'run' and 'plot'.")
public final class SetsCommand implements Callable<Integer> {
    private static final int MOST = 1_000_000;
    private static final int MOST_TASKS = 1000;
    private static final int MOST_SEGMENTS = 64;
    private static final int MOST_DEVICES = 16;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the files, u0.50-0001.yaml and so on.")
    private Path out;
    @Option(names = "--sets", defaultValue = "10", paramLabel = "N", description = "Sets of each utilisation (default: ${DEFAULT-VALUE}).")
    private int sets;
    @Option(names = "--utilisation", split = ",", defaultValue = "0.5", paramLabel = "SHARE",
        description = "Of each device, one or several with commas between, above 0 and at most 1 (default: ${DEFAULT-VALUE}).")
    private double[] utilisations;
    @Option(names = "--tasks", defaultValue = "10", paramLabel = "N", description = "Tasks of a set (default: ${DEFAULT-VALUE}).")
    private int tasks;
    @Option(names = "--segments", defaultValue = "1", paramLabel = "N",
        description = "Segments of a task, of random length, on the devices by turns (default: ${DEFAULT-VALUE}).")
    private int segments;
    @Option(names = "--devices", defaultValue = "1", paramLabel = "N", description = "Modelled devices (default: ${DEFAULT-VALUE}).")
    private int devices;
    @Option(names = "--policy", defaultValue = "fixed-priority", paramLabel = "fixed-priority|edf",
        description = "How devices order jobs (default: ${DEFAULT-VALUE}).")
    private String policy;
    @Option(names = "--least-period", defaultValue = "10ms", paramLabel = "DURATION", converter = DurationConverter.class,
        description = "Periods are log-uniform from this one (default: ${DEFAULT-VALUE}),")
    private long leastNs;
    @Option(names = "--most-period", defaultValue = "100ms", paramLabel = "DURATION", converter = DurationConverter.class,
        description = "to this one (default: ${DEFAULT-VALUE}).")
    private long mostNs;
    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Seed of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, sets >= 1 && sets <= MOST, "--sets " + sets + " is out of range; give 1 to " + MOST);
        UsageCheck.check(spec, tasks >= 1 && tasks <= MOST_TASKS, "--tasks " + tasks + " is out of range; give 1 to " + MOST_TASKS);
        UsageCheck.check(spec, segments >= 1 && segments <= MOST_SEGMENTS,
            "--segments " + segments + " is out of range; give 1 to " + MOST_SEGMENTS);
        UsageCheck.check(spec, devices >= 1 && devices <= Math.min(segments, MOST_DEVICES),
            "--devices " + devices + " is out of range; give 1 to " + MOST_DEVICES + ", and at most as many as segments");
        UsageCheck.check(spec, Arrays.stream(utilisations).allMatch(share -> share > 0 && share <= 1),
            "--utilisation " + Arrays.toString(utilisations) + " is out of range; give shares above 0 and at most 1");
        UsageCheck.check(spec, Arrays.stream(utilisations).mapToObj(SetsCommand::place).distinct().count() == utilisations.length,
            "--utilisation " + Arrays.toString(utilisations) + ": names of files tell shares apart by two decimals; give each one once");
        UsageCheck.check(spec, leastNs > 0 && leastNs <= mostNs, "--least-period is above --most-period, or 0");
        UsageCheck.check(spec, policy.equals("edf") || policy.equals("fixed-priority"),
            "--policy " + policy + " is unknown; use fixed-priority or edf");
        OutputFolder.make(out);
        for (int place = 0; place < utilisations.length; place++) {
            for (int i = 0; i < sets; i++) {
                final String name = place(utilisations[place]) + String.format(Locale.ROOT, "-%04d", i + 1);
                write(name, draw(name, Draw.forSet(seed, place, i), utilisations[place]));
            }
        }
        spec.commandLine().getOut().println(Lines.wrap("wrote " + utilisations.length * sets + " task sets into " + out));
        spec.commandLine().getOut().flush();
        return ExitStatus.GOOD;
    }

    private static String place(final double utilisation) {
        return String.format(Locale.ROOT, "u%.2f", utilisation);
    }

    /** UUniFast-discard over the tasks, for each device; every task has as much to do on each of its devices as the draw says. */
    private TaskSet draw(final String name, final SplittableRandom random, final double utilisation) {
        final double[][] shares = new double[devices][];
        for (int d = 0; d < devices; d++) {
            shares[d] = Draw.utilisations(random, tasks, utilisation);
        }
        final TaskSetBuilder builder = TaskSet.builder(name).policy(policy.equals("edf") ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY);
        for (int d = 0; d < devices; d++) {
            builder.device(DeviceSpec.modelled("acc" + d));
        }
        for (int i = 0; i < tasks; i++) {
            final int at = i;
            final long periodNs = (long) Draw.logUniform(random, leastNs, mostNs);
            final double[] weights = random.doubles(segments, 0.2, 1).toArray();
            builder.task("t" + i, task -> {
                task.periodNs(periodNs);
                for (int k = 0; k < segments; k++) {
                    final int device = k % devices;
                    double sum = 0;
                    for (int other = device; other < segments; other += devices) {
                        sum += weights[other];
                    }
                    task.segment("acc" + device, Math.max(1, (long) (shares[device][at] * periodNs * weights[k] / sum)));
                }
            });
        }
        return builder.build();
    }

    private void write(final String name, final TaskSet set) throws IOException {
        final Path file = out.resolve(name + ".yaml");
        TaskSetWriter.write(file, "drawn by 'tactus experiment sets', seed " + seed, set, new LoadedTaskSet(set, file, out,
            OverheadsSource.DECLARED, Optional.empty(), Optional.empty(), Map.of(), List.of(), field -> 1));
    }
}
