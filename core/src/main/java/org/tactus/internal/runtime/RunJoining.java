// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.PreparationRefusedException;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * How tasks join a run: their segments are prepared, the kernel admits them, and who watches the run is shown their bounds. Called by one
 * thread at a time, which holds the run's lock.
 */
final class RunJoining {
    private final TaskSetRun run;
    private final TaskSet set;
    private final List<Device> devices;
    private final long seed;
    private final Kernel kernel;
    private final AdmissionControl admission;
    private final AdmittedTasks admitted;
    private final RunRecorder recorder;
    private final RunNotes notes;

    RunJoining(
        final TaskSetRun run, final TaskSet set, final List<Device> devices, final long seed, final Kernel kernel,
        final AdmissionControl admission, final AdmittedTasks admitted, final RunRecorder recorder, final RunNotes notes) {
        this.run = run;
        this.set = set;
        this.devices = devices;
        this.seed = seed;
        this.kernel = kernel;
        this.admission = admission;
        this.admitted = admitted;
        this.recorder = recorder;
        this.notes = notes;
    }

    /** Admits another task while the others run, with segments that a factory prepares for it. */
    RunHandle add(final Task task, final WorkFactory making) {
        set.platform().requireDevicesOf(task);
        admission.memoryRefusal(task).ifPresent(reason -> {
            recorder.refused(task.name(), reason);
            throw new AdmissionRefusedException(reason);
        });
        try {
            return addPrepared(task, making);
        } catch (final PreparationRefusedException e) {
            final String reason = "task '" + task.name() + "': " + e.getMessage();
            recorder.refused(task.name(), reason);
            final AdmissionRefusedException refused = new AdmissionRefusedException(reason, e.isOfLostDevice());
            refused.initCause(e);
            throw refused;
        }
    }

    private RunHandle addPrepared(final Task task, final WorkFactory making) {
        DeviceRemarks.take(set, devices); // of a task whose preparation broke off
        final List<List<SegmentWork>> works = List.of(making.prepare(set, devices, task, seed));
        final List<String> remarks = DeviceRemarks.take(set, devices);
        final int given;
        final AtomicLong fromNs = new AtomicLong(); // after the admission, before any dispatcher knows: then the new bounds hold
        admission.whenTaken(this::showLarger);
        try {
            given = kernel.addAll(List.of(task), works, slots -> {
                tellPlaces(making, List.of(task), slots);
                fromNs.set(Clock.SYSTEM.nanoTime());
                return fromNs.get() + TaskSetRun.LEAD_NS;
            })[0];
        } catch (final Throwable e) {
            if (e instanceof AdmissionRefusedException) {
                recorder.refused(task.name(), e.getMessage());
            }
            close(works, e);
            throw e;
        } finally {
            admission.whenTaken(() -> { });
        }
        remarks.forEach(notes::warn);
        final RunHandle handle = remember(given, task, fromNs.get());
        admitted.present(kernel).forEach(other -> {
            if (!kernel.isStopped(other.handle().slot())) { // what has ended keeps the bounds that it had
                other.bound(admission.boundNs(other.task()));
                recorder.showBound(other.handle().slot(), other.handle().generation(), other.boundNs(), fromNs.get());
            }
        });
        return handle;
    }

    /** Notes a task that the kernel has admitted, whose bound holds from an instant on. */
    RunHandle remember(final int slot, final Task task, final long fromNs) {
        final RunHandle handle = new RunHandle(run, slot, kernel.generation(slot), task.name());
        final OptionalLong boundNs = admission.boundNs(task);
        admitted.add(handle, task, boundNs);
        recorder.show(slot, handle.generation(), task, boundNs, fromNs);
        return handle;
    }

    /** Tells a factory where its tasks are, before any dispatcher knows them. */
    void tellPlaces(final WorkFactory making, final List<Task> tasks, final int[] slots) {
        for (int i = 0; i < slots.length; i++) {
            making.placed(tasks.get(i), new LevelGains(kernel, slots[i], kernel.generation(slots[i]), tasks.get(i)));
        }
    }

    /** While room is made for a task that joins, the larger bounds of before and of then hold, and on when it does not join after all. */
    private void showLarger() {
        final long nowNs = Clock.SYSTEM.nanoTime();
        admitted.present(kernel).stream().filter(other -> !kernel.isStopped(other.handle().slot())).forEach(other -> {
            final OptionalLong held = other.boundNs();
            final OptionalLong now = admission.boundNs(other.task());
            other.bound(held.isEmpty() || now.isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(Math.max(held.getAsLong(), now.getAsLong())));
            recorder.showBound(other.handle().slot(), other.handle().generation(), other.boundNs(), nowNs);
        });
    }

    /** Closes works that no task has taken, because of what broke, which gets what breaks meanwhile. */
    static void close(final List<List<SegmentWork>> works, final Throwable cause) {
        final Undo all = new Undo();
        works.forEach(segments -> segments.forEach(work -> all.add(work::close)));
        all.run(cause);
    }
}
