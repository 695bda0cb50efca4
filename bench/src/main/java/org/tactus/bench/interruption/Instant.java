// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.interruption;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One command that gets one signal at one instant, and what is wrong with its end. */
final class Instant {
    /** A file that was written in the last second may be another process's that has not locked it yet, and is left alone. */
    private static final long SETTLED_MS = 1_200;
    private static final long PATIENCE_S = 120;
    private static final long CHILDREN_MS = 5_000;
    private static final String ONE_LINE = "tactus: interrupted; what was not finished is not stored";
    /** What the JVM says by itself where a signal comes while it starts. */
    private static final String OF_THE_JVM = "Runtime.exit(";
    private static final String TABLE = "Measured: ";
    private static final String IN_ORDER = "the run was interrupted after";

    /** How it ended. */
    enum End {
        /** Before the signal came. */
        FINISHED,
        /** With its results. */
        IN_ORDER,
        /** With one line. */
        ONE_LINE,
        /** Without a word: before the JVM had started the command, or by a kill. */
        SILENT,
        WRONG
    }

    /**
     * What came out.
     *
     * @param end   how it ended
     * @param wrong what is wrong, a line each; none unless the end is {@link End#WRONG}
     */
    record Outcome(End end, List<String> wrong) {
    }

    private final Victim victim;
    private final Household household;
    private final Set<String> usual;

    /**
     * An instant to come.
     *
     * @param victim    which command
     * @param household where it lives
     * @param usual     the files that the command leaves when nobody interrupts it
     */
    Instant(final Victim victim, final Household household, final Set<String> usual) {
        this.victim = victim;
        this.household = household;
        this.usual = usual;
    }

    /** Starts the command, sends the signal so long after, and judges. */
    Outcome at(final long afterMs, final Signal signal) throws IOException, InterruptedException {
        final Process process = household.start(victim.words());
        final List<ProcessHandle> family = new ArrayList<>();
        try {
            process.waitFor(afterMs, TimeUnit.MILLISECONDS);
            process.descendants().forEach(family::add);
            if (process.isAlive()) {
                new ProcessBuilder("sh", "-c", "kill -" + signal + ' ' + process.pid() + " 2>/dev/null").start().waitFor();
            }
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                return new Outcome(End.WRONG, List.of("it does not end within " + PATIENCE_S + " s"));
            }
        } finally {
            process.destroyForcibly();
        }
        final List<String> wrong = new ArrayList<>();
        alive(family).ifPresent(wrong::add);
        final Set<Long> pids = family.stream().map(ProcessHandle::pid).collect(Collectors.toCollection(HashSet::new));
        pids.add(process.pid());
        final End end = signal.isCaught() ? judge(process.exitValue(), signal, pids, wrong) : judgeKill(process.exitValue(), pids, wrong);
        return wrong.isEmpty() ? new Outcome(end, wrong) : new Outcome(End.WRONG, wrong);
    }

    private static Optional<String> alive(final List<ProcessHandle> family) throws InterruptedException {
        for (long ms = 0; ms < CHILDREN_MS && family.stream().anyMatch(ProcessHandle::isAlive); ms += 50) {
            Thread.sleep(50);
        }
        final String left = family.stream().filter(ProcessHandle::isAlive)
            .map(child -> child.pid() + " (" + child.info().commandLine().orElse("?") + ')').collect(Collectors.joining(", "));
        family.forEach(ProcessHandle::destroyForcibly);
        return left.isEmpty() ? Optional.empty() : Optional.of("child processes live on: " + left);
    }

    private End judge(final int status, final Signal signal, final Set<Long> pids, final List<String> wrong) throws IOException {
        final String said = household.said().strip();
        left(pids, wrong);
        household.torn().forEach(file -> wrong.add("not whole: " + file));
        household.emptyFolders().forEach(folder -> wrong.add("left behind, with nothing in it: " + folder));
        if (said.contains("\tat ") || said.contains("Exception")) {
            wrong.add("a trace: " + said);
        }
        if (victim.isEnd(status) && !said.contains(IN_ORDER)) {
            return End.FINISHED;
        }
        if (status != signal.status()) {
            wrong.add("status " + status + " in place of " + signal.status() + ": " + said);
        }
        if (victim.endsInOrder() && (said.contains(IN_ORDER) || said.contains(TABLE))) { // a table alone: its time had just passed
            final Set<String> missing = new TreeSet<>(usual);
            missing.removeIf(file -> !file.startsWith("work/o/"));
            missing.removeAll(household.files());
            if (!missing.isEmpty() || !said.contains(TABLE)) {
                wrong.add("no table, or without " + missing + ": " + said);
            }
            return End.IN_ORDER;
        }
        if (said.endsWith(ONE_LINE)) {
            return End.ONE_LINE;
        }
        if (!said.isEmpty() && !said.startsWith(OF_THE_JVM)) {
            wrong.add("no line that says that it was interrupted: " + said);
        }
        return End.SILENT;
    }

    /** After a kill nothing need be in order; but the next start must put it in order, and say so. */
    private End judgeKill(final int status, final Set<Long> pids, final List<String> wrong) throws IOException, InterruptedException {
        if (!victim.isEnd(status) && status != Signal.KILL.status()) {
            wrong.add("status " + status + " in place of " + Signal.KILL.status() + ": " + household.said());
        }
        household.torn().stream().filter(usual::contains).forEach(file -> wrong.add("not whole: " + file));
        Thread.sleep(SETTLED_MS);
        final Set<String> before = household.files();
        before.removeAll(usual);
        final Process again = household.start(victim.words());
        if (!again.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            again.destroyForcibly();
            wrong.add("the next start does not end within " + PATIENCE_S + " s");
            return End.WRONG;
        }
        final String said = household.said().strip();
        if (!victim.isEnd(again.exitValue())) {
            wrong.add("the next start has status " + again.exitValue() + ": " + said);
        }
        left(pids, wrong);
        if (!before.isEmpty() && !said.contains("removed ")) {
            // Of what lies in folders that all processes share, another one may have said it.
            wrong.add("the next start does not say that it removed what was left (" + before + "): " + said);
        }
        return victim.isEnd(status) ? End.FINISHED : End.SILENT;
    }

    private void left(final Set<Long> pids, final List<String> wrong) throws IOException {
        final Set<String> files = household.files();
        files.removeAll(usual);
        files.forEach(file -> wrong.add("left behind: " + file));
        Household.shared(pids).forEach(file -> wrong.add("left behind: " + file));
    }
}
