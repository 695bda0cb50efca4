// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tactus.bench.experiment.ChartWriter;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.time.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus experiment supply}: records the stalls of a core, and studies how long a curve must be learnt. */
@Command(name = "supply", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Records the stalls of one core, and tells in which share of later windows a stall curve held, by length of learning.")
public final class SupplyCommand implements Callable<Integer> {
    private static final long LEAST_GRID_NS = 20_000;
    private static final long MOST_GRID_NS = 10_000_000;

    @Option(names = "--record", paramLabel = "FILE", description = "Records into this file (text, compressed by gzip) and studies nothing.")
    private Path record;
    @Option(names = "--from", paramLabel = "FILE", description = "The recording to study.")
    private Path from;
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "1h", converter = DurationConverter.class,
        description = "How long to record (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--core", paramLabel = "N", description = "Which core to record (default: the last).")
    private Integer core;
    @Option(names = "--grid", paramLabel = "DURATION", defaultValue = "100us", converter = DurationConverter.class,
        description = "How often the recorder wakes up and looks (${DEFAULT-VALUE}).")
    private long gridNs;
    @Option(names = "--threshold", paramLabel = "DURATION", defaultValue = "40us", converter = DurationConverter.class,
        description = "A look that is late by less is no stall (${DEFAULT-VALUE}).")
    private long thresholdNs;
    @Option(names = "--later", paramLabel = "DURATION", defaultValue = "10m", converter = DurationConverter.class,
        description = "How much of what came after its learning a curve is held against (${DEFAULT-VALUE}).")
    private long laterNs;
    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR",
        description = "Folder for supply.csv, .svg and .png (default: ${DEFAULT-VALUE}).")
    private Path out;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, record == null != (from == null), "give one of --record FILE and --from FILE");
        final PrintWriter print = spec.commandLine().getOut();
        final int status = record != null ? record(print) : study(print);
        print.flush();
        return status;
    }

    private int record(final PrintWriter print) throws IOException, InterruptedException {
        final List<Integer> online = RealTime.onlineCores();
        final int chosen = core == null ? online.getLast() : core;
        UsageCheck.check(spec, online.contains(chosen), "--core " + chosen + " is not on line; give one of " + online);
        UsageCheck.check(spec, gridNs >= LEAST_GRID_NS && gridNs <= MOST_GRID_NS, "--grid " + Durations.format(gridNs)
            + " is out of range; give " + Durations.format(LEAST_GRID_NS) + " to " + Durations.format(MOST_GRID_NS));
        final Map<String, String> notes = Recording.record(new Recording.Settings(chosen, durationNs, gridNs, thresholdNs), record);
        notes.forEach((key, value) -> print.println(Lines.wrap(key + ": " + value)));
        print.println(Lines.wrap("Wrote " + record));
        return ExitStatus.GOOD;
    }

    private int study(final PrintWriter print) throws IOException {
        System.setProperty("java.awt.headless", "true");
        ChartWriter.requireWritable(out, "supply");
        final StallFile.Content recording = StallFile.read(from);
        final CurveStudy.Settings usual = CurveStudy.Settings.DEFAULT;
        final CurveStudy study =
            new CurveStudy(recording.trace(), new CurveStudy.Settings(usual.learnsNs(), usual.factors(), laterNs));
        UsageCheck.check(spec, study.hasRoom(usual.learnsNs().getFirst()), "--from " + from + " holds "
            + Durations.format(recording.trace().spanNs()) + "; give a recording of at least "
            + Durations.format(usual.learnsNs().getFirst() + laterNs) + ", or a shorter --later");
        final var trace = recording.trace();
        print.println(Lines.wrap(String.format(Locale.ROOT, "%s of core %s: %d stalls, away %s (%.3f %%), the longest %s",
            Durations.format(trace.spanNs()),
            recording.notes().getOrDefault("core", "?"), trace.count(), Durations.format(trace.totalNs()),
            100.0 * trace.totalNs() / trace.spanNs(), Durations.format(trace.longestNs()))));
        final List<CurveStudy.Row> rows = study.rows();
        SupplyOutput.print(rows, print);
        print.flush(); // before a disk that is full can end the command
        SupplyOutput.write(rows, "How often a learnt stall curve held in the " + SupplyOutput.words(laterNs) + " after it was learnt", out);
        print.println(Lines.wrap("\nWrote " + out.resolve("supply.csv") + ", .svg and .png"));
        return ExitStatus.GOOD;
    }
}
