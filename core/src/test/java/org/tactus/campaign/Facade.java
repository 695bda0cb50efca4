package org.tactus.campaign;

import org.tactus.ReleaseResult;
import org.tactus.Tactus;
import org.tactus.TactusOptions;
import org.tactus.TaskHandle;
import org.tactus.WorkFactory;
import org.tactus.kernel.KernelListener;
import org.tactus.kernel.KernelOptions;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.trace.EventHandler;
import org.tactus.trace.RunResult;

/** The calls of the product that the campaign makes, all in one place: what the program holds of a task, and what a release answers. */
final class Facade {
    private final Tactus tactus;

    /** What the program holds of an admitted task. */
    record Held(TaskHandle handle) {
    }

    Facade(
        final TaskSet set, final long lostAfterNs, final long seed, final WorkFactory works,
        final KernelListener listener, final EventHandler events) {
        final KernelOptions kernel = KernelOptions.DEFAULT.withLostAfterNs(lostAfterNs).withCapacity(64, 512);
        tactus = Tactus.open(set, new TactusOptions(kernel, false, false, false, seed, true), works, listener, events);
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
        return tactus.release(task.handle()) == ReleaseResult.ACCEPTED;
    }

    long zeroNs() {
        return tactus.zeroNs();
    }

    boolean isStuck() {
        return tactus.granted().containsKey("warning");
    }

    RunResult stop() throws InterruptedException {
        return tactus.stop();
    }

    void close() {
        tactus.close();
    }
}
