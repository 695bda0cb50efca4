// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tactus.Tactus;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;
import org.tactus.work.Workload;

/** Both tasks by Tactus, from a task-set file as a user writes it. */
final class TactusRun {
    private static final int WARM_UP_RUNS = 30;
    /** Of dispatchers, lanes of a preemptive device ({@code tactus.N-}) and the monitor. */
    private static final String PREFIX = "tactus";

    private final Contest contest;
    private final Variant variant;

    TactusRun(final Contest contest, final Variant variant) {
        this.contest = contest;
        this.variant = variant;
    }

    /** The task-set file of a variant. */
    static Path file(final Contest contest, final Variant variant) {
        return contest.folder().resolve(variant == Variant.TACTUS_PREEMPTIVE ? "preemptive.yaml" : "segments.yaml");
    }

    PeerFigures run() throws InterruptedException {
        final LoadedTaskSet loaded = TaskSetFile.load(file(contest, variant), TaskSetFile.Options.strict());
        final TaskSet set = loaded.taskSet();
        final Workload workload = new Workload().networks(loaded.baseDirectory());
        if (contest.work() == Contest.Work.SPIN) {
            addCode(workload, set);
        }
        final Tactus.Context context = new Tactus.Context().taskSet(set).workload(workload).force(true);
        try (Tactus tactus = Tactus.launch(context)) {
            final AllocationWatch watch = new AllocationWatch(PREFIX); // time zero is still to come
            final long beforeJobs = jobs(tactus);
            Thread.sleep((contest.durationNs() + Contest.LEAD_NS) / 1_000_000);
            final var bytes = watch.bytesByJob(jobs(tactus) - beforeJobs);
            final RunResult result = tactus.stop();
            final TaskResult urgent = result.tasks().getFirst();
            final TaskResult heavy = result.tasks().get(1);
            final List<String> remarks = new ArrayList<>();
            if (!result.boundsVoid().isEmpty()) {
                remarks.add("bounds void: " + result.boundsVoid());
            }
            result.platform().breaks().stream().findFirst().ifPresent(seen -> remarks.add("the platform broke its curve"));
            result.conditions().granted().values().stream().filter(granted -> granted.contains("NOT granted")).forEach(remarks::add);
            final var responses = tactus.histograms().get("urgent");
            return PeerFigures.of(responses, urgent.maxNs().orElse(-1), urgent.boundNs().orElse(-1), urgent.jobs(),
                heavy.jobs() * 1e9 / result.durationNs(), bytes, String.join("; ", remarks));
        }
    }

    private static long jobs(final Tactus tactus) {
        return tactus.completed(tactus.handle("urgent")) + tactus.completed(tactus.handle("heavy"));
    }

    private void addCode(final Workload workload, final TaskSet set) {
        final long urgentSteps = contest.urgentSteps();
        final int segments = set.tasks().get(1).segments().size();
        final long heavySteps = contest.heavySteps() / segments;
        for (int i = 0; i < WARM_UP_RUNS; i++) {
            SpinWork.run(urgentSteps);
        }
        workload.code("urgent", 0, job -> SpinWork.run(urgentSteps));
        for (int i = 0; i < segments; i++) {
            workload.code("heavy", i, job -> SpinWork.run(heavySteps));
        }
    }
}
