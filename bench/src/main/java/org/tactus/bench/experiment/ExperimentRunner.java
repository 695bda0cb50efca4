// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Spreads the task sets of an experiment over threads; the result does not depend on how many. */
final class ExperimentRunner {
    private static final long PROGRESS_MS = 250;
    private static final long ELSEWHERE_NS = 10_000_000_000L;
    private static final int BAR = 30;

    private final Blocks blocks;
    private final int threads;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private long shownNs;

    ExperimentRunner(final Blocks blocks, final int threads) {
        this.blocks = blocks;
        this.threads = threads;
    }

    /** Takes a block that is done; called by the workers' threads. */
    @FunctionalInterface
    interface BlockSink {
        /** Keeps nothing. */
        BlockSink NONE = (block, place, tally) -> {
        };

        /**
         * Keeps a block's counts.
         *
         * @throws IOException when they cannot be written; the experiment ends
         */
        void done(int block, int place, Tally tally) throws IOException;
    }

    /**
     * Runs all task sets of the experiment.
     *
     * @param progress takes the progress line; null for none
     * @return the result
     * @throws InterruptedException when the calling thread is interrupted; the workers stop then
     */
    ExperimentResult run(final PrintStream progress) throws InterruptedException {
        final Tally tally = new Tally(blocks.experiment().axis().length, blocks.experiment().approaches().size());
        run(progress, Shard.WHOLE, new BitSet(), BlockSink.NONE, tally);
        return new ExperimentResult(blocks.experiment(), blocks.settings().seed(), blocks.settings().sets(), tally);
    }

    /**
     * Runs the blocks of a shard that are not done yet.
     *
     * @param progress takes the progress line; null for none
     * @param shard    which blocks
     * @param done     those that are done
     * @param sink     takes each block's counts
     * @param tally    takes them, too
     * @throws InterruptedException when the calling thread is interrupted; the workers stop then
     */
    void run(final PrintStream progress, final Shard shard, final BitSet done, final BlockSink sink, final Tally tally)
        throws InterruptedException {
        // Backwards, because the heavy end of the axis takes longest and the estimate of the time left should not be too low.
        final int[] items = IntStream.iterate(blocks.count() - 1, block -> block >= 0, block -> block - 1)
            .filter(block -> shard.holds(block) && !done.get(block)).toArray();
        final int all = IntStream.of(items).map(blocks::sets).sum();
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger judged = new AtomicInteger();
        final long startNs = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            final List<Future<?>> workers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                workers.add(pool.submit(() -> {
                    work(items, next, judged, sink, tally);
                    return null;
                }));
            }
            try {
                while (!workers.stream().allMatch(Future::isDone)) {
                    Thread.sleep(PROGRESS_MS);
                    show(progress, judged.get(), all, System.nanoTime() - startNs);
                }
                for (final Future<?> worker : workers) {
                    worker.get();
                }
            } catch (final ExecutionException e) {
                if (e.getCause() instanceof final IOException file) {
                    throw new UncheckedIOException(file);
                }
                throw new IllegalStateException("the experiment failed: " + e.getCause().getMessage(), e.getCause());
            } finally {
                next.set(items.length);
                if (progress != null && terminal) {
                    progress.println();
                }
            }
        }
    }

    private void work(final int[] items, final AtomicInteger next, final AtomicInteger judged, final BlockSink sink, final Tally tally)
        throws IOException {
        final Experiment.Worker worker = blocks.experiment().worker();
        try {
            for (int item = next.getAndIncrement(); item < items.length; item = next.getAndIncrement()) {
                final int block = items[item];
                final Tally counted = blocks.judge(worker, block);
                sink.done(block, blocks.place(block), counted);
                synchronized (tally) {
                    tally.add(counted);
                }
                judged.addAndGet(blocks.sets(block));
            }
        } finally {
            next.set(items.length); // one that fails ends the others
        }
    }

    /** Rewrites one line on a terminal; elsewhere prints a line now and then. */
    private void show(final PrintStream progress, final int done, final int all, final long elapsedNs) {
        if (progress == null || !terminal && elapsedNs - shownNs < ELSEWHERE_NS) {
            return;
        }
        shownNs = elapsedNs;
        final int filled = all == 0 ? BAR : (int) ((long) BAR * done / all);
        final String left = done == 0 ? "" : ", about " + (long) (elapsedNs / 1e9 / done * (all - done) + 0.5) + " s left";
        progress.print((terminal ? "\r[" : "[") + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + done + " of " + all + " sets, "
            + elapsedNs / 1_000_000_000 + " s" + left + (terminal ? "    " : System.lineSeparator()));
        progress.flush();
    }
}
