// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.Main;
import org.tactus.bench.cloud.CloudEdgeCommand;
import org.tactus.bench.criticality.CriticalityCaseStudyCommand;
import org.tactus.bench.interruption.InterruptsCommand;
import org.tactus.bench.latency.FirstJobs;
import org.tactus.bench.latency.ForkedJvm;
import org.tactus.bench.latency.HandOffComparison;
import org.tactus.bench.latency.HopComparison;
import org.tactus.bench.latency.ObservingCost;
import org.tactus.bench.latency.PlanningSpeed;
import org.tactus.bench.latency.SimulatorSpeed;
import org.tactus.bench.latency.Soak;
import org.tactus.bench.latency.StartSpeed;
import org.tactus.bench.networks.KernelsCommand;
import org.tactus.bench.networks.NetworksCommand;
import org.tactus.bench.networks.OperatorTestsCommand;
import org.tactus.bench.peers.PeersCommand;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.internal.time.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus bench}: measures the product itself. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures Tactus itself; name one of the commands.",
    subcommands = {BenchCommand.JmhCommand.class, BenchCommand.HandOffCommand.class, BenchCommand.HopCommand.class,
        BenchCommand.SoakCommand.class, BenchCommand.FirstJobsCommand.class, BenchCommand.SimulatorCommand.class,
        BenchCommand.PlanningCommand.class, BenchCommand.StartCommand.class, BenchCommand.ObservingCommand.class, PeersCommand.class,
        OperatorTestsCommand.class, NetworksCommand.class, KernelsCommand.class, SwapCaseStudyCommand.class,
        CriticalityCaseStudyCommand.class, CloudEdgeCommand.class, InterruptsCommand.class})
public final class BenchCommand {
    /** JMH's own command line over our benchmarks. */
    @Command(name = "jmh", description = "Runs the JMH benchmarks; every word goes to JMH, such as PolicyBenchmark -prof gc.")
    public static final class JmhCommand implements Callable<Integer> {
        @Parameters(arity = "0..*", description = "JMH's options and benchmark names.")
        private List<String> words = List.of();

        @Override
        public Integer call() throws IOException {
            Main.main(words(ManagementFactory.getRuntimeMXBean().getInputArguments(), words).toArray(String[]::new));
            return ExitStatus.GOOD;
        }

        /** JMH starts its JVMs with the flags of this one, whose log of safepoints goes to an open file that they do not have. */
        static List<String> words(final List<String> flags, final List<String> given) {
            final List<String> all = new ArrayList<>();
            if (!given.contains("-jvmArgs")) {
                all.add("-jvmArgs");
                all.add(flags.stream().filter(flag -> !flag.startsWith("-Xlog:safepoint:") && !flag.startsWith("-Dtactus.safepoints="))
                    .collect(Collectors.joining(" ")));
            }
            given.forEach(word -> all.add(word.equals("--help") ? "-h" : word)); // its own word for help
            return all;
        }
    }

    /** The hand-over between threads. */
    @Command(name = "hand-off", mixinStandardHelpOptions = true,
        description = "One-way hand-off between two threads beside its alternatives, interleaved, over many processes.")
    public static final class HandOffCommand implements Callable<Integer> {
        @Option(names = "--forks", defaultValue = "10", description = "Processes (${DEFAULT-VALUE}).")
        private int forks;
        @Option(names = "--rounds", defaultValue = "7", description = "Turns of each way in a process (${DEFAULT-VALUE}).")
        private int rounds;
        @Option(names = "--fork", hidden = true)
        private boolean fork;

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (forks < 1 || rounds < 1) {
                throw new PrerequisiteException("--forks and --rounds: at least 1 of each measures anything; write such as --forks 10");
            }
            final PrintStream out = System.out;
            if (fork) {
                HandOffComparison.fork(rounds, out);
            } else {
                HandOffComparison.print(HandOffComparison.compare(forks,
                    ForkedJvm.command(List.of(), "bench", "hand-off", "--fork", "--rounds", String.valueOf(rounds))), rounds, out);
            }
            return ExitStatus.GOOD;
        }
    }

    /** The way of a job from one dispatcher to the next. */
    @Command(name = "hop", mixinStandardHelpOptions = true,
        description = "End of a segment to start of the next one on another core, while that spins and while it sleeps, beside a bare word"
            + " of memory, a futex and unpark; and release to start, periodic and sporadic.")
    public static final class HopCommand implements Callable<Integer> {
        @Option(names = "--rounds", defaultValue = "5", description = "Turns of each way (${DEFAULT-VALUE}).")
        private int rounds;
        @Option(names = "--for", paramLabel = "DURATION", defaultValue = "1s", converter = DurationConverter.class,
            description = "How long a turn takes (${DEFAULT-VALUE}).")
        private long turnNs;
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            if (rounds < 1 || turnNs < 200_000_000) {
                throw new ParameterException(spec.commandLine(),
                    "--rounds " + rounds + " --for " + Durations.exact(turnNs) + ": give at least 1 turn of at least 200ms");
            }
            new HopComparison(rounds, turnNs).run(System.out);
            return ExitStatus.GOOD;
        }
    }

    /** The proof that a run allocates nothing. */
    @Command(name = "soak", mixinStandardHelpOptions = true,
        description = "Runs the kernel under the Epsilon collector, which frees nothing; status 1 when it took half of what a leak"
            + " of 16 bytes a job would take.")
    public static final class SoakCommand implements Callable<Integer> {
        @Option(names = "--for", paramLabel = "DURATION", defaultValue = "60s", converter = DurationConverter.class,
            description = "How long (${DEFAULT-VALUE}).")
        private long durationNs;
        @Option(names = "--in-epsilon", hidden = true)
        private boolean inEpsilon;

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (inEpsilon) {
                return new Soak(durationNs).run(System.out) ? ExitStatus.GOOD : ExitStatus.NO;
            }
            final List<String> flags = List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC",
                "-XX:EpsilonMaxTLABSize=65536", "-Xms1g", "-Xmx1g",
                "-XX:+AlwaysPreTouch", "-XX:-UsePerfData");
            return ForkedJvm.start(new ProcessBuilder(ForkedJvm.command(flags, "bench", "soak", "--in-epsilon", "--for", durationNs + "ns"))
                .inheritIO()).waitFor();
        }
    }

    /** What the first jobs of a process allocate. */
    @Command(name = "first-jobs", mixinStandardHelpOptions = true,
        description = "Counts what each thread allocates from the first job on, for several kinds of work, each in processes of its own;"
            + " status 1 when a dispatcher has allocated a byte.")
    public static final class FirstJobsCommand implements Callable<Integer> {
        @Option(names = "--jobs", defaultValue = "1000", description = "Jobs of each task (${DEFAULT-VALUE}).")
        private long jobs;
        @Option(names = "--processes", defaultValue = "3", description = "Processes for each kind of work (${DEFAULT-VALUE}).")
        private int processes;
        @Option(names = "--work", description = "One kind of work: ${COMPLETION-CANDIDATES} (all of them).")
        private FirstJobs.Work only;
        @Option(names = "--in-process", hidden = true)
        private boolean inProcess;
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (jobs < 1 || processes < 1) {
                throw new ParameterException(spec.commandLine(),
                    "--jobs " + jobs + " --processes " + processes + ": give at least 1 of each");
            }
            if (inProcess) {
                return new FirstJobs(only, jobs).run(System.out) == 0 ? ExitStatus.GOOD : ExitStatus.NO;
            }
            int worst = ExitStatus.GOOD;
            for (final FirstJobs.Work work : only == null ? FirstJobs.Work.values() : new FirstJobs.Work[] {only}) {
                for (int i = 0; i < processes; i++) {
                    final List<String> command = ForkedJvm.command(List.of(), "bench", "first-jobs", "--in-process", "--work", work.name(),
                        "--jobs", String.valueOf(jobs));
                    worst = Math.max(worst, ForkedJvm.start(new ProcessBuilder(command).inheritIO()).waitFor());
                }
            }
            return worst;
        }
    }

    /** The simulator's speed. */
    @Command(name = "simulator", mixinStandardHelpOptions = true,
        description = "Segments that the simulator completes in a second on one core; status 1 below a million in processor time.")
    public static final class SimulatorCommand implements Callable<Integer> {
        @Override
        public Integer call() {
            return SimulatorSpeed.measure(System.out) ? ExitStatus.GOOD : ExitStatus.NO;
        }
    }

    /** The time until the first job. */
    @Command(name = "start", mixinStandardHelpOptions = true,
        description = "Time from the start of ./tactus run until its first job is done, and its memory then, over the number of tasks, with"
            + " and without the start cache in turn.")
    public static final class StartCommand implements Callable<Integer> {
        @Option(names = "--tasks", paramLabel = "N", split = ",", defaultValue = "1,10,1000,4000",
            description = "Numbers of tasks (${DEFAULT-VALUE}).")
        private List<Integer> tasks;
        @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Starts of each (${DEFAULT-VALUE}).")
        private int rounds;
        @Option(names = "--analyze", paramLabel = "N", defaultValue = "10000",
            description = "Tasks of a set that is read and analysed only; 0 for none (${DEFAULT-VALUE}).")
        private int analysed;
        @Option(names = "--no-real-time", description = "Runs without SCHED_FIFO and locked memory.")
        private boolean ordinary;
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (rounds < 1 || analysed < 0 || tasks.stream().anyMatch(count -> count < 1)) {
                throw new ParameterException(spec.commandLine(), "--tasks and --rounds take at least 1, --analyze at least 0");
            }
            StartSpeed.measure(new StartSpeed.Settings(tasks, rounds, analysed, !ordinary), System.out);
            return ExitStatus.GOOD;
        }
    }

    /** What it costs to be watched. */
    @Command(name = "observing", mixinStandardHelpOptions = true,
        description = "Throughput, p99.9 and allocation of a run that nobody watches beside one that stat, the metrics endpoint, the Flight"
            + " Recorder or all of them watch, by turns; status 1 when a dispatcher has allocated a byte.")
    public static final class ObservingCommand implements Callable<Integer> {
        @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Turns of each way (${DEFAULT-VALUE}).")
        private int rounds;
        @Option(names = "--for", paramLabel = "DURATION", defaultValue = "10s", converter = DurationConverter.class,
            description = "How long each turn measures (${DEFAULT-VALUE}).")
        private long durationNs;
        @Option(names = "--core", paramLabel = "N", description = "Of the dispatcher (default: the last).")
        private Integer core;
        @Option(names = "--way", hidden = true)
        private ObservingCost.Way way;
        @Option(names = "--log", hidden = true)
        private Path log;
        @Option(names = "--fetch", hidden = true)
        private URI fetched;
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (rounds < 1 || durationNs < 1_000_000) {
                throw new ParameterException(spec.commandLine(), "--rounds takes at least 1, --for at least 1ms");
            }
            final int where = core == null ? Runtime.getRuntime().availableProcessors() - 1 : core;
            if (fetched != null) {
                ObservingCost.fetch(fetched, where);
                return ExitStatus.GOOD;
            }
            if (way != null) {
                ObservingCost.turn(way, durationNs, where, log, System.out);
                return ExitStatus.GOOD;
            }
            if (!Files.isReadable(ObservingCost.settings())) {
                throw new PrerequisiteException(ObservingCost.settings() + " cannot be read; start the benchmark from Tactus' own folder");
            }
            Interruption.endsInOrder();
            return ObservingCost.compare(rounds, (each, file) -> ForkedJvm.command(ObservingCost.flags(file), "bench", "observing", "--way",
                each.name(), "--log", file.toString(), "--for", durationNs + "ns", "--core", String.valueOf(where)), System.out)
                ? ExitStatus.GOOD : ExitStatus.NO;
        }
    }

    /** The planner's speed. */
    @Command(name = "planning", mixinStandardHelpOptions = true,
        description = "Time to plan ten tasks of thirty layers over utilisation, both policies; status 1 when a plan takes more than two"
            + " seconds of processor time.")
    public static final class PlanningCommand implements Callable<Integer> {
        @Option(names = "--sets", defaultValue = "30", description = "Sets a point (${DEFAULT-VALUE}).")
        private int sets;
        @Option(names = "--rounds", defaultValue = "3", description = "Runs of each, of which the best counts (${DEFAULT-VALUE}).")
        private int rounds;
        @Option(names = "--seed", defaultValue = "1", description = "Seed of the sets (${DEFAULT-VALUE}).")
        private long seed;
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (sets < 1 || rounds < 1) {
                throw new ParameterException(spec.commandLine(), "--sets " + sets + " --rounds " + rounds + ": give at least 1 of each");
            }
            return PlanningSpeed.measure(new PlanningSpeed.Settings(sets, rounds, seed), System.out) ? ExitStatus.GOOD : ExitStatus.NO;
        }
    }
}
