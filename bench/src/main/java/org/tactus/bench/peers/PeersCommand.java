// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.bench.ScratchFolder;
import org.tactus.TactusException;
import org.tactus.bench.latency.ForkedJvm;
import org.tactus.bench.latency.HandOffComparison;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.format.FileFormatException;
import org.tactus.internal.time.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus bench peers}: Tactus beside what people use in its place, on this machine. */
@Command(name = "peers", mixinStandardHelpOptions = true, sortOptions = false,
    description = "An urgent network beside a heavy one on one core, by Tactus, executors and ONNX Runtime's Java API, and hand-overs "
        + "between threads, by turns.")
public final class PeersCommand implements Callable<Integer> {
    private static final int MOST_ROUNDS = 100;
    private static final long LEAST_NS = 1_000_000_000;
    private static final int HAND_OFF_ROUNDS = 5;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Turns of each variant (${DEFAULT-VALUE}).")
    private int rounds;
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "20s", converter = DurationConverter.class,
        description = "How long each turn releases jobs (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--core", paramLabel = "N", description = "The core that both tasks share (default: the last).")
    private Integer core;
    @Option(names = "--work", paramLabel = "KINDS", split = ",", defaultValue = "network",
        description = "What jobs compute: network, spin, or both of them (${DEFAULT-VALUE}).")
    private List<String> kinds;
    @Option(names = "--forks", paramLabel = "N", defaultValue = "3",
        description = "Processes that compare hand-overs; 0 for none (${DEFAULT-VALUE}).")
    private int forks;
    @Option(names = "--report", description = "Writes MACHINE.md and MACHINE.json, named by processor and cores.")
    private boolean report;
    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the report (default: bench/results).")
    private Path out;
    @Option(names = "--turn-of", hidden = true)
    private Variant turnOf;
    @Option(names = "--folder", hidden = true)
    private Path folder;
    @Option(names = "--urgent-steps", hidden = true)
    private long urgentSteps;
    @Option(names = "--heavy-steps", hidden = true)
    private long heavySteps;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        final List<Integer> online = RealTime.onlineCores();
        final int chosen = core == null ? online.getLast() : core;
        UsageCheck.check(spec, online.contains(chosen), "--core " + chosen + " is not on line; give one of " + online);
        UsageCheck.check(spec, rounds >= 1 && rounds <= MOST_ROUNDS, "--rounds " + rounds + " is out of range; give 1 to " + MOST_ROUNDS);
        UsageCheck.check(spec, forks >= 0 && forks <= MOST_ROUNDS, "--forks " + forks + " is out of range; give 0 to " + MOST_ROUNDS);
        UsageCheck.check(spec, durationNs >= LEAST_NS,
            "--for " + Durations.format(durationNs) + " is out of range; give " + Durations.format(LEAST_NS) + " or more");
        final List<Contest.Work> works = new ArrayList<>();
        for (final String kind : kinds) {
            final Optional<Contest.Work> work = Contest.Work.of(kind.strip());
            UsageCheck.check(spec, work.isPresent(), "--work " + kind + " is unknown; give network, spin, or network,spin");
            works.add(work.get());
        }
        if (turnOf != null) {
            System.out.println(turn(new Contest(chosen, durationNs, works.getFirst(), folder, urgentSteps, heavySteps)));
            return ExitStatus.GOOD;
        }
        compare(chosen, works);
        return ExitStatus.GOOD;
    }

    /** One turn of one variant, in this process. */
    private String turn(final Contest contest) throws Exception {
        try {
            return (turnOf.isTactus() ? new TactusRun(contest, turnOf).run() : new ExecutorRun(contest, turnOf).run()).toLine();
        } catch (final FileFormatException | TactusException e) {
            return PeerFigures.unavailableLine(e.getMessage());
        }
    }

    private void compare(final int chosen, final List<Contest.Work> works) throws IOException, InterruptedException {
        final PrintStream print = System.out;
        final Map<String, String> conditions = conditions(chosen);
        final List<MachineReport.Section> sections = new ArrayList<>();
        for (final Contest.Work work : works.stream().distinct().toList()) {
            try (ScratchFolder scratch = ScratchFolder.make()) {
                final Preparation preparation = new Preparation(chosen, durationNs, work, scratch.path(), System.err);
                final Contest contest = preparation.prepare();
                if (!preparation.lengths().isEmpty()) {
                    conditions.put("networks", preparation.lengths());
                }
                sections.add(new ResponseSection(contest, new Tournament(contest, rounds, System.err).run()).section());
            }
        }
        if (forks > 0) {
            System.err.println("hand-overs: " + forks + " processes");
            final List<String> fork = ForkedJvm.command(Tournament.JVM_FLAGS, "bench", "hand-off", "--fork", "--rounds",
                String.valueOf(HAND_OFF_ROUNDS));
            sections.add(new HandOffSection(HandOffComparison.compare(forks, fork)).section());
        }
        conditions.put("load of the machine", conditions.get("load of the machine") + " at the start, " + load() + " at the end");
        final MachineReport result = new MachineReport(conditions, sections);
        print.print(result.markdown());
        if (report) {
            final Path written = result.write(out == null ? Home.file("bench/results") : out);
            print.println(Lines.wrap("\nWrote " + written + " and .json"));
        }
    }

    private Map<String, String> conditions(final int chosen) {
        final Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        conditions.put("kernel", System.getProperty("os.name") + ' ' + System.getProperty("os.version"));
        conditions.put("java", System.getProperty("java.vm.name") + ' ' + Runtime.version());
        conditions.put("ONNX Runtime", OnnxRuntime.find().map(OnnxRuntime::version).orElse("none"));
        conditions.put("core of both tasks", String.valueOf(chosen));
        conditions.put("turns", rounds + " of " + Durations.format(durationNs)
            + " for each variant, each in a process of its own, by turns");
        conditions.put("overheads in the bounds", Preparation.isCalibrated() ? "calibrated" : "none");
        conditions.put("load of the machine", load());
        return conditions;
    }

    private static String load() {
        return String.format(Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
