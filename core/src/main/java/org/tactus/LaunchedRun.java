// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import java.util.Map;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.jvm.JvmFlags;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.runtime.RemoteOffers;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.OfferingPort;
import org.tactus.internal.work.WorkloadWorks;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.work.Workload;

/** A run, what its segments execute, and the offers of its tasks to a second machine: they begin and end together. */
final class LaunchedRun implements AutoCloseable {
    final TaskSetRun run;
    private final WorkloadWorks works;
    private final RemoteOffers offers;

    private LaunchedRun(final TaskSetRun run, final WorkloadWorks works, final RemoteOffers offers) {
        this.run = run;
        this.works = works;
        this.offers = offers;
    }

    /** Launches a set as {@link Tactus#launch} says. */
    static LaunchedRun launch(final TaskSet set, final RunSettings settings, final Workload workload, final TactusListener listener)
        throws InterruptedException {
        JvmFlags.require();
        final WorkloadWorks works = Failures.translated(() -> new WorkloadWorks(workload, set));
        final Map<String, Workload.Offering> offerings = workload.offerings();
        final RemoteOffers offers = Failures.translated(() -> new RemoteOffers(set, task -> OfferingPort.of(offerings, task)));
        final Undo undo = new Undo();
        undo.add(offers::close);
        try {
            final TaskSetRun run = TaskSetRun.open(set, settings, works, new ListenerCalls(listener), EventHandler.NONE);
            run.start(); // closes itself when it throws
            undo.add(run::close);
            offers.start(run, set);
            return new LaunchedRun(run, works, offers);
        } catch (final RuntimeException e) {
            undo.run(e);
            throw Failures.translate(e);
        } catch (final InterruptedException | Error e) {
            undo.run(e);
            throw e;
        }
    }

    /** Admits a task that executes what the launched workload gives one of its name. */
    TaskHandle add(final Task task) {
        return Failures.translated(() -> {
            final RunHandle handle = run.add(task);
            return offered(handle, () -> offers.add(run, handle, task));
        });
    }

    /** Admits a task with a workload of its own. */
    TaskHandle add(final Task task, final Workload workload) {
        return Failures.translated(() -> {
            final RunHandle handle = run.add(task, works.with(workload, task));
            return offered(handle, workload.offerings().containsKey(task.name())
                ? () -> offers.add(run, handle, task, OfferingPort.of(workload.offerings(), task)) : () -> offers.add(run, handle, task));
        });
    }

    /** Begins to offer an admitted task; where that cannot be, the task leaves again. */
    private TaskHandle offered(final RunHandle handle, final Runnable begin) {
        try {
            begin.run();
        } catch (final RuntimeException e) {
            run.remove(handle);
            throw e;
        }
        return new TaskHandle(handle);
    }

    RunResult stop() throws InterruptedException {
        offers.end(); // before the tasks end: what is not answered by now has its fallback
        return offers.finish(run.stop());
    }

    @Override
    public void close() {
        try {
            offers.close();
        } finally {
            run.close(); // dispatchers must not go on with real-time rights
        }
    }
}
