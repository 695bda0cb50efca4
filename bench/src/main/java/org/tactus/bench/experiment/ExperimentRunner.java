package org.tactus.bench.experiment;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Spreads the task sets of an experiment over threads; the result does not depend on how many. */
final class ExperimentRunner {
    private static final long PROGRESS_MS = 250;
    private static final long ELSEWHERE_NS = 10_000_000_000L;
    private static final int BAR = 30;

    private final Experiment experiment;
    private final long seed;
    private final int sets;
    private final int threads;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private long shownNs;

    ExperimentRunner(final Experiment experiment, final long seed, final int sets, final int threads) {
        this.experiment = experiment;
        this.seed = seed;
        this.sets = sets;
        this.threads = threads;
    }

    /**
     * Runs all sets.
     *
     * @param progress takes the progress line; null for none
     * @return the result
     * @throws InterruptedException when the calling thread is interrupted; the workers stop then
     */
    ExperimentResult run(final PrintStream progress) throws InterruptedException {
        final double[] axis = experiment.axis();
        final Outcome[] outcomes = new Outcome[axis.length * sets];
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        final long startNs = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            final List<Future<?>> workers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                workers.add(pool.submit(() -> work(axis, outcomes, next, done)));
            }
            try {
                while (!workers.stream().allMatch(Future::isDone)) {
                    Thread.sleep(PROGRESS_MS);
                    show(progress, done.get(), outcomes.length, System.nanoTime() - startNs);
                }
                for (final Future<?> worker : workers) {
                    worker.get();
                }
            } catch (final ExecutionException e) {
                throw new IllegalStateException("the experiment failed: " + e.getCause().getMessage(), e.getCause());
            } finally {
                next.set(outcomes.length);
                if (progress != null && terminal) {
                    progress.println();
                }
            }
        }
        return reduce(axis.length, outcomes);
    }

    private void work(final double[] axis, final Outcome[] outcomes, final AtomicInteger next, final AtomicInteger done) {
        final Experiment.Worker worker = experiment.worker();
        // Backwards, because the heavy end of the axis takes longest and the estimate of the time left should not be too low.
        for (int item = next.getAndIncrement(); item < outcomes.length; item = next.getAndIncrement()) {
            final int place = axis.length - 1 - item / sets;
            final int index = item % sets;
            final Outcome outcome = new Outcome(experiment.approaches().size());
            worker.judge(Draw.forSet(seed, place, index), axis[place], outcome);
            if (!outcome.violation.isEmpty()) {
                outcome.violation += " (place " + ExperimentResult.place(axis[place]) + ", set " + index + ", seed " + seed + ")";
            }
            outcomes[place * sets + index] = outcome;
            done.incrementAndGet();
        }
    }

    private ExperimentResult reduce(final int places, final Outcome[] outcomes) {
        final int approaches = experiment.approaches().size();
        final int[][] accepted = new int[places][approaches];
        final Outcome total = new Outcome(approaches);
        for (int i = 0; i < outcomes.length; i++) {
            for (int a = 0; a < approaches; a++) {
                accepted[i / sets][a] += outcomes[i].accepted[a] ? 1 : 0;
            }
            total.add(outcomes[i]);
        }
        return new ExperimentResult(experiment, seed, sets, accepted, total);
    }

    /** Rewrites one line on a terminal; elsewhere prints a line now and then. */
    private void show(final PrintStream progress, final int done, final int all, final long elapsedNs) {
        if (progress == null || !terminal && elapsedNs - shownNs < ELSEWHERE_NS) {
            return;
        }
        shownNs = elapsedNs;
        final int filled = (int) ((long) BAR * done / all);
        final String left = done == 0 ? "" : ", about " + (long) (elapsedNs / 1e9 / done * (all - done) + 0.5) + " s left";
        progress.print((terminal ? "\r[" : "[") + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + done + " of " + all + " sets, "
            + elapsedNs / 1_000_000_000 + " s" + left + (terminal ? "    " : System.lineSeparator()));
        progress.flush();
    }
}
