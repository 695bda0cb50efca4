// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.time.Durations;

/** Both tasks by {@link ScheduledExecutorService#scheduleAtFixedRate}, a thread for each, pinned to the core. */
final class ExecutorRun {
    private static final int WARM_UP_RUNS = 30;
    private static final int PRIORITY = 80;
    private static final long MOST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final String PREFIX = "peer-";

    private final Contest contest;
    private final Variant variant;

    ExecutorRun(final Contest contest, final Variant variant) {
        this.contest = contest;
        this.variant = variant;
    }

    /** A task's jobs: what the executor calls once a period. Used by its thread; read by others after the latch. */
    private static final class Jobs implements Runnable {
        private final JobRunner runner;
        private final long periodNs;
        private final long count;
        private final Histogram responses = new Histogram(MOST_NS, DIGITS);
        private final CountDownLatch done = new CountDownLatch(1);
        private long epochNs;
        private long maxNs;
        private long within;
        private volatile long job; // its thread alone writes
        private volatile Exception failure;

        Jobs(final JobRunner runner, final long periodNs, final long count) {
            this.runner = runner;
            this.periodNs = periodNs;
            this.count = count;
        }

        @Override
        public void run() {
            if (job == count) {
                return;
            }
            try {
                runner.run();
            } catch (final Exception e) {
                failure = e;
                done.countDown();
                throw new IllegalStateException(e); // ends the schedule
            }
            final long sinceEpochNs = System.nanoTime() - epochNs;
            final long responseNs = sinceEpochNs - job * periodNs;
            responses.recordValue(Math.clamp(responseNs, 0, MOST_NS));
            maxNs = Math.max(maxNs, responseNs);
            within += sinceEpochNs <= count * periodNs ? 1 : 0;
            job = job + 1;
            if (job == count) {
                done.countDown();
            }
        }

        void schedule(final ScheduledExecutorService executor, final long fromNs) {
            epochNs = fromNs;
            executor.scheduleAtFixedRate(this, fromNs - System.nanoTime(), periodNs, TimeUnit.NANOSECONDS);
        }
    }

    PeerFigures run() throws Exception {
        final StringBuilder remark = new StringBuilder();
        final long atMostNs = 2 * contest.durationNs() + MOST_NS;
        try (ScheduledExecutorService urgentThread = thread("urgent"); ScheduledExecutorService heavyThread = thread("heavy")) {
            setUp(urgentThread, variant.isFifo(), remark);
            setUp(heavyThread, false, remark);
            try (JobRunner urgentRunner = warm(urgentThread, () -> runner(true));
                 JobRunner heavyRunner = warm(heavyThread, () -> runner(false))) {
                final Jobs urgent = new Jobs(urgentRunner, Contest.URGENT_PERIOD_NS, contest.urgentJobs());
                final Jobs heavy = new Jobs(heavyRunner, Contest.HEAVY_PERIOD_NS, contest.heavyJobs());
                final AllocationWatch watch = new AllocationWatch(PREFIX);
                final long epochNs = System.nanoTime() + Contest.LEAD_NS;
                urgent.schedule(urgentThread, epochNs);
                heavy.schedule(heavyThread, epochNs);
                final boolean ended = urgent.done.await(atMostNs, TimeUnit.NANOSECONDS);
                heavy.done.await(Math.max(0, epochNs + contest.durationNs() - System.nanoTime()), TimeUnit.NANOSECONDS); // or it is late
                if (urgent.failure != null || heavy.failure != null) {
                    throw urgent.failure != null ? urgent.failure : heavy.failure;
                }
                if (!ended) {
                    throw new IllegalStateException("the jobs did not end within " + Durations.exact(atMostNs));
                }
                final Map<String, Double> bytes = watch.bytesByJob(urgent.job + heavy.job);
                for (final ScheduledExecutorService thread : List.of(urgentThread, heavyThread)) {
                    thread.shutdownNow();
                    thread.awaitTermination(atMostNs, TimeUnit.NANOSECONDS); // before what it computes is closed
                }
                final double heavyASecond = heavy.within * 1e9 / contest.durationNs();
                return PeerFigures.of(urgent.responses, urgent.maxNs, -1, urgent.job, heavyASecond, bytes, remark.toString());
            }
        }
    }

    private JobRunner runner(final boolean urgent) throws Exception {
        if (contest.work() == Contest.Work.SPIN) {
            final long steps = urgent ? contest.urgentSteps() : contest.heavySteps();
            return () -> SpinWork.run(steps);
        }
        final var file = urgent ? contest.urgentModel() : contest.heavyModel();
        return variant.isJavaApi() ? new JavaApiRunner(file) : new NetworkRunner(file);
    }

    private static ScheduledExecutorService thread(final String task) {
        return new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name(PREFIX + task).daemon().factory());
    }

    private void setUp(final ScheduledExecutorService thread, final boolean fifo, final StringBuilder remark)
        throws InterruptedException, ExecutionException {
        thread.submit(() -> {
            final Grant pin = RealTime.pin(List.of(contest.core()));
            final Grant class80 = fifo ? RealTime.fifo(PRIORITY) : pin;
            for (final Grant grant : List.of(pin, class80)) {
                if (!grant.granted()) {
                    remark.append("NOT granted: ").append(grant.text()).append(". ");
                }
            }
        }).get();
    }

    private static JobRunner warm(final ScheduledExecutorService thread, final Callable<JobRunner> maker) throws Exception {
        return thread.submit(() -> {
            final JobRunner runner = maker.call();
            for (int i = 0; i < WARM_UP_RUNS; i++) {
                runner.run();
            }
            return runner;
        }).get();
    }
}
