// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.interruption;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.tactus.bench.ScratchFolder;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.UsageCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus bench interrupts}: commands that get a signal at random instants of their lives. */
@Command(name = "interrupts", mixinStandardHelpOptions = true,
    description = "Ends calibrate, profile, run and experiment by SIGINT, SIGTERM and SIGKILL at random instants, and looks at what they"
        + " say, at what they leave and at their next start; status 1 when something is wrong.")
public final class InterruptsCommand implements Callable<Integer> {
    /** SIGINT's place in the mask of ignored signals. */
    private static final int INT_BIT = 1;
    /** Some instants lie behind the usual end. */
    private static final double BEYOND = 1.1;
    private static final long PATIENCE_S = 300;

    @Option(names = "--instants", paramLabel = "N", defaultValue = "20",
        description = "Of each command and signal (${DEFAULT-VALUE}).")
    private int instants;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the instants (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--only", paramLabel = "WORD", description = "Only the command of this name.")
    private String only;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, instants >= 1, "--instants " + instants + ": give at least 1");
        final List<Victim> victims =
            Arrays.stream(Victim.values()).filter(victim -> only == null || victim.label().equals(only)).toList();
        UsageCheck.check(spec, !victims.isEmpty(), "--only " + only + ": write one of "
            + String.join(", ", Arrays.stream(Victim.values()).map(Victim::label).toList()));
        final Path launcher = Home.file("tactus");
        if (!Files.isRegularFile(launcher)) {
            throw new PrerequisiteException(launcher + ": no launcher; start this by ./tactus bench interrupts");
        }
        if (ignoresInterrupts()) {
            throw new PrerequisiteException("this process ignores SIGINT, as what a shell starts in the background does, and so would the"
                + " commands that it starts; start it in the foreground");
        }
        final PrintStream out = System.out;
        boolean good = true;
        out.printf("seed %d%n%-12s %-7s %9s %9s %9s %9s %9s%n", seed, "command", "signal", "finished", "in order", "one line", "silent",
            "wrong");
        try (ScratchFolder scratch = ScratchFolder.make()) {
            for (final Victim victim : victims) {
                good &= trial(List.of("sh", launcher.toAbsolutePath().toString()), victim, scratch.path(), out);
            }
        }
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private boolean trial(final List<String> launcher, final Victim victim, final Path scratch, final PrintStream out)
        throws IOException, InterruptedException {
        final Household undisturbed = new Household(launcher, scratch.resolve(victim + "-whole"));
        final long beginNs = System.nanoTime();
        final Process whole = undisturbed.start(victim.words());
        if (!whole.waitFor(PATIENCE_S, TimeUnit.SECONDS) || !victim.isEnd(whole.exitValue())) {
            whole.destroyForcibly();
            throw new PrerequisiteException(victim.label() + " does not end well by itself: " + undisturbed.said().strip());
        }
        final long wholeMs = (System.nanoTime() - beginNs) / 1_000_000;
        final Set<String> usual = undisturbed.files();
        final SplittableRandom random = new SplittableRandom(seed * Victim.values().length + victim.ordinal());
        boolean good = true;
        for (final Signal signal : Signal.values()) {
            final Map<Instant.End, Integer> ends = new EnumMap<>(Instant.End.class);
            for (int i = 0; i < instants; i++) {
                final Household household = new Household(launcher, scratch.resolve(victim + "-" + signal + i));
                final long afterMs = random.nextLong((long) (wholeMs * BEYOND) + 1);
                final Instant.Outcome outcome = new Instant(victim, household, usual).at(afterMs, signal);
                ends.merge(outcome.end(), 1, Integer::sum);
                outcome.wrong().forEach(wrong ->
                    System.err.println(victim.label() + ", SIG" + signal + " after " + afterMs + " ms: " + wrong));
            }
            out.printf(Locale.ROOT, "%-12s %-7s %9d %9d %9d %9d %9d%n", victim.label(), signal, count(ends, Instant.End.FINISHED),
                count(ends, Instant.End.IN_ORDER), count(ends, Instant.End.ONE_LINE), count(ends, Instant.End.SILENT),
                count(ends, Instant.End.WRONG));
            good &= count(ends, Instant.End.WRONG) == 0;
        }
        return good;
    }

    private static int count(final Map<Instant.End, Integer> ends, final Instant.End end) {
        return ends.getOrDefault(end, 0);
    }

    private static boolean ignoresInterrupts() throws IOException {
        final Path status = Path.of("/proc/self/status");
        return Files.isReadable(status) && Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16) >> INT_BIT & 1) == 1);
    }
}
