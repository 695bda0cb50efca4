// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Progress;
import org.tactus.cli.text.ResultPrinter;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.remote.OfferPort;
import org.tactus.internal.runtime.RemoteOffers;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Durations;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Runs a loaded set in real time and leaves its files: what {@code run} and {@code demo} share. */
final class RealRun {
    private static final long TICK_MS = 100;

    private final LoadedTaskSet loaded;
    private final RunSettings options;
    private final long durationNs;
    private final Path out;
    private final boolean excuse;
    private ResultFiles files;
    private Map<String, String> origin;

    RealRun(final LoadedTaskSet loaded, final RunSettings options, final long durationNs, final Path out, final boolean excuse) {
        this.loaded = loaded;
        this.options = options;
        this.durationNs = durationNs;
        this.out = out;
        this.excuse = excuse;
    }

    /** Runs, writes the files, prints the result; returns the exit status. */
    int run(final OutputFormat format, final PrintStream print) throws IOException, InterruptedException {
        files = ResultFiles.prepare(out);
        final TaskSet set = loaded.taskSet();
        final long startMillis = System.currentTimeMillis();
        origin = Origin.of(loaded.file(), startMillis);
        try {
            return run(format, print, set, startMillis);
        } catch (final InvalidTaskSetException e) {
            throw loaded.error(e.field(), e.getMessage()); // what only the kernel knows: a device that it cannot run
        }
    }

    private int run(final OutputFormat format, final PrintStream print, final TaskSet set, final long startMillis)
        throws IOException, InterruptedException {
        final NetworkWorks works = new NetworkWorks(loaded.baseDirectory());
        final int status = run(format, print, set, startMillis, works);
        return Math.max(status, new AnswerCheck(set, works, options.seed()).report(System.err));
    }

    private int run(final OutputFormat format, final PrintStream print, final TaskSet set, final long startMillis, final NetworkWorks works)
        throws IOException, InterruptedException {
        try (RemoteOffers offers = new RemoteOffers(set, task -> OfferPort.EMPTY);
            EventFile events = new EventFile(out, EventFile.DEFAULT_EVENTS);
            TaskSetRun tactus = TaskSetRun.open(set, options, works, new Complaints(), events)) {
            try {
                tactus.start();
            } catch (final AdmissionRefusedException e) {
                System.err.println("refused: " + e.getMessage() + " (--force runs it all the same)");
                return ExitStatus.NO;
            }
            offers.start(tactus, set);
            final boolean interrupted = waitFor(tactus);
            offers.end(); // before the tasks end: what is not answered by now has its fallback
            final RunResult ended = offers.finish(tactus.stop());
            final RunResult result = interrupted ? ended.withWarning("the run was interrupted after " + Durations.format(ended.durationNs())
                + " of " + Durations.format(durationNs)) : ended;
            if (interrupted) {
                System.err.println("warning: " + result.conditions().warnings().getLast() + "; the results hold what was run");
            }
            final int written = files.write(set, result, tactus.histograms(), events, origin, tactus.zeroNs(), startMillis,
                tactus.verdict(), System.err) | files.writeRoundTrips(offers.roundTrips(), System.err);
            ResultPrinter.print(format, result, out, print);
            return Math.max(status(result), written);
        }
    }

    /** Waits for the end; true when the process was told to end before. */
    private boolean waitFor(final TaskSetRun tactus) throws InterruptedException {
        Interruption.endsInOrder();
        final Progress progress = new Progress("running " + loaded.taskSet().name());
        final long endNs = tactus.zeroNs() + durationNs;
        for (long leftNs = endNs - System.nanoTime(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
            if (Interruption.await(Math.min(TICK_MS, leftNs / 1_000_000L + 1))) {
                progress.done();
                return true;
            }
            progress.at(1 - Math.max(0, endNs - System.nanoTime()) / (double) durationNs);
        }
        progress.done();
        return false;
    }

    private int status(final RunResult result) {
        final List<String> complaints = RunStatus.complaints(result, excuse);
        complaints.forEach(complaint -> System.err.println("not good: " + complaint));
        if (excuse && !RunStatus.excuses(result).isEmpty()) {
            System.err.println("warning: " + RunStatus.excuses(result));
        }
        return complaints.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    /** Says on standard error what the monitor sees, the first of each kind and task. */
    private static final class Complaints implements KernelListener {
        private final Set<String> said = ConcurrentHashMap.newKeySet();

        private void say(final String key, final String text) {
            if (said.add(key)) {
                System.err.println(text);
            }
        }

        @Override
        public void onDeadlineMiss(final String task, final long job, final long lateNs) {
            say("miss " + task, "first deadline miss of " + task + ": job " + job + ", " + lateNs / 1000 + " us late");
        }

        @Override
        public void onError(final String task, final Throwable cause) {
            say("error " + task, task + " stops: " + text(cause));
        }

        @Override
        public void onDispatcherDeath(final String device, final Throwable cause) {
            say("death " + device, "the dispatcher of " + device + " has died: " + text(cause));
        }

        /** The message says all of an exception of ours; an error of the program's or the JVM's often has none. */
        private static String text(final Throwable cause) {
            return cause == null ? "the cause is not known" : cause.getMessage() == null || cause instanceof Error
                ? cause.toString() : cause.getMessage();
        }

        @Override
        public void onDeviceLost(final String device) {
            say("lost " + device, device + " does not come back; its tasks stop");
        }
    }
}
