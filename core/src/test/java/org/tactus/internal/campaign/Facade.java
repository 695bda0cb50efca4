// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.campaign;

import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** The calls of the product that the campaign makes, all in one place: what the program holds of a task, and what a release answers. */
final class Facade {
    private final TaskSetRun tactus;

    /** What the program holds of an admitted task. */
    record Held(RunHandle handle) {
    }

    Facade(
        final TaskSet set, final long lostAfterNs, final long seed, final WorkFactory works,
        final KernelListener listener, final EventHandler events) {
        final KernelOptions kernel = KernelOptions.DEFAULT.withLostAfterNs(lostAfterNs).withCapacity(64, 512);
        tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withKernel(kernel).withRealTime(false).withSeed(seed), works, listener, events);
    }

    void start() throws InterruptedException {
        tactus.start();
    }

    Held held(final String name) {
        return new Held(tactus.handle(name));
    }

    Held add(final Task task) {
        return new Held(tactus.add(task));
    }

    void remove(final Held task) {
        tactus.remove(task.handle());
    }

    /** True when the job was accepted; also for a task that is gone, whose slot another one may have. */
    boolean release(final Held task) {
        return tactus.release(task.handle()) == SporadicGate.ACCEPTED;
    }

    long zeroNs() {
        return tactus.zeroNs();
    }

    boolean isStuck() {
        return tactus.warnings().stream().anyMatch(warning -> warning.startsWith("a dispatcher is stuck"));
    }

    RunResult stop() throws InterruptedException {
        return tactus.stop();
    }

    void close() {
        tactus.close();
    }
}
