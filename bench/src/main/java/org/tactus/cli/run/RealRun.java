// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Progress;
import org.tactus.cli.text.ResultPrinter;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.event.EventType;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.PerfettoTrace;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.runtime.RemoteOffers;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Durations;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Runs a loaded set in real time and leaves its files: what {@code run} and {@code demo} share. */
public final class RealRun {
    private static final long TICK_MS = 100;
    /** How late a miss is noticed that ends the run. */
    private static final long BREAK_TICK_MS = 5;

    /** What ended the run. */
    private enum End { TIME, MISS, INTERRUPTED }

    private final LoadedTaskSet loaded;
    private final RunSettings options;
    private final long durationNs;
    private final Path out;
    private final boolean excuse;
    private final Complaints complaints = new Complaints(System.err);
    private TraceLimit limit = TraceLimit.USUAL;
    private OptionalLong keepNs = OptionalLong.empty();
    private Consumer<RunResult> results = result -> { };
    private String assign = "";
    private ResultFiles files;
    private Map<String, String> origin;

    /**
     * Prepares a run.
     *
     * @param loaded     the set
     * @param options    settings
     * @param durationNs how long it lasts at most, nanoseconds
     * @param out        folder of its files
     * @param excuse     whether jobs are excused that what the platform took explains
     */
    public RealRun(final LoadedTaskSet loaded, final RunSettings options, final long durationNs, final Path out, final boolean excuse) {
        this.loaded = loaded;
        this.options = options;
        this.durationNs = durationNs;
        this.out = out;
        this.excuse = excuse;
    }

    /** Ends the run at the first missed deadline, and keeps of the trace what was so long before it, nanoseconds, and what came after. */
    RealRun breakingOnMiss(final long beforeNs) {
        keepNs = OptionalLong.of(beforeNs);
        return this;
    }

    /** Sets how large the trace may become. */
    RealRun tracing(final TraceLimit most) {
        limit = most;
        return this;
    }

    /** Says by which rule the set's priorities were given in place of the file's. */
    RealRun assigning(final String rule) {
        assign = rule;
        return this;
    }

    /** Also hands the result on. */
    RealRun telling(final Consumer<RunResult> to) {
        results = to;
        return this;
    }

    /**
     * Runs, writes the files, prints the result.
     *
     * @param format how the result is printed
     * @param print  where
     * @return the exit status
     * @throws IOException          when a file cannot be read or written
     * @throws InterruptedException when interrupted meanwhile
     */
    public int run(final OutputFormat format, final PrintStream print) throws IOException, InterruptedException {
        files = ResultFiles.prepare(out);
        final TaskSet set = loaded.taskSet();
        final long startMillis = System.currentTimeMillis();
        origin = Origin.of(loaded.file(), startMillis, assign);
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
        try (RemoteOffers offers = new RemoteOffers(set, works::offer);
             EventFile events = keepNs.isPresent() ? EventFile.ring(out, limit.events()) : new EventFile(out, limit.events());
             TaskSetRun tactus = TaskSetRun.open(set, options, works, complaints, events)) {
            try {
                tactus.start();
            } catch (final AdmissionRefusedException e) {
                System.err.println("refused: " + e.getMessage() + " (--force runs it all the same)");
                return ExitStatus.NO;
            }
            offers.start(tactus, set);
            final End end = waitFor(tactus);
            offers.end(); // before the tasks end: what is not answered by now has its fallback
            RunResult result = offers.finish(tactus.stop());
            complaints.misses().end();
            final String share = Durations.format(result.durationNs()) + " of " + Durations.format(durationNs);
            if (end == End.INTERRUPTED) {
                result = result.withWarning("the run was interrupted after " + share);
                warn(format, result.conditions().warnings().getLast() + "; the results hold what was run");
            } else if (end == End.MISS) {
                result = result.withWarning("the run ended at the first missed deadline, after " + share + "; "
                    + cutBefore(set, events, tactus.zeroNs()));
                warn(format, result.conditions().warnings().getLast());
            }
            final List<String> notGood = RunStatus.complaints(result, excuse);
            final String inWords = RunStatus.verdict(result, notGood);
            origin.put("verdict", inWords);
            final int written = files.write(set, result, tactus.histograms(), events, origin, tactus.zeroNs(), startMillis,
                tactus.verdict(), System.err, limit) | files.writeRoundTrips(offers.roundTrips(), System.err);
            results.accept(result);
            if (format != OutputFormat.TABLE) { // whose first line names them
                notGood.forEach(complaint -> System.err.println("not good: " + complaint));
            }
            if (excuse && !RunStatus.excuses(result).isEmpty()) {
                System.err.println("warning: " + RunStatus.excuses(result));
            }
            ResultPrinter.print(format, inWords, result,
                written == ExitStatus.GOOD ? Optional.of(out) : Optional.empty(), print);
            return Math.max(notGood.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO, written);
        }
    }

    /** A table tells the result's warnings by itself. */
    private static void warn(final OutputFormat format, final String sentence) {
        if (format != OutputFormat.TABLE) {
            System.err.println("warning: " + sentence);
        }
    }

    /** Leaves out of the trace what was long before the miss, and what does not fit; says where the trace begins then. */
    private String cutBefore(final TaskSet set, final EventFile events, final long zeroNs) throws IOException {
        final long toldNs = complaints.misses().firstNs(); // while the job runs on, or a round of the monitor after its end
        final long missNs = Math.min(toldNs, events.firstNs(EventType.MISS).orElse(toldNs));
        events.keepFrom(missNs - keepNs.getAsLong());
        PerfettoTrace.fit(set, events, zeroNs, limit.bytes());
        final OptionalLong firstNs = events.firstNs();
        if (firstNs.isEmpty()) {
            return "trace.json holds no event";
        }
        final long beforeNs = missNs - firstNs.getAsLong(); // below 0 where nothing happened between
        return "trace.json begins " + Durations.format(Math.abs(beforeNs)) + (beforeNs < 0 ? " after it" : " before it");
    }

    private boolean isBroken() {
        return keepNs.isPresent() && complaints.misses().hasMissed();
    }

    /** Waits for the end, or for the miss that ends the run; says which it was: what is missed from then on has not ended it. */
    private End waitFor(final TaskSetRun tactus) throws InterruptedException {
        Interruption.endsInOrder();
        final Progress progress = new Progress("running " + loaded.taskSet().name());
        final long endNs = tactus.zeroNs() + durationNs;
        End end = End.TIME;
        for (long leftNs = endNs - System.nanoTime(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
            if (isBroken()) {
                end = End.MISS;
                break;
            }
            if (Interruption.await(Math.min(keepNs.isPresent() ? BREAK_TICK_MS : TICK_MS, leftNs / 1_000_000L + 1))) {
                end = End.INTERRUPTED;
                break;
            }
            progress.at(1 - Math.max(0, endNs - System.nanoTime()) / (double) durationNs);
        }
        progress.done();
        return end;
    }
}
