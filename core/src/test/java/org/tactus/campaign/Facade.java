package org.tactus.campaign;

import java.nio.file.Path;
import org.tactus.Tactus;
import org.tactus.TactusOptions;
import org.tactus.WorkFactory;
import org.tactus.kernel.KernelListener;
import org.tactus.kernel.KernelOptions;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.policy.SporadicGate;
import org.tactus.trace.EventHandler;
import org.tactus.trace.RunResult;

/** The calls of the product that the campaign makes, all in one place: what the program holds of a task, and what a release answers. */
final class Facade {
    private final Tactus tactus;

    /** What the program holds of an admitted task. */
    record Held(String name, int slot) {
    }

    Facade(
        final TaskSet set, final long lostAfterNs, final Path scratch, final long seed, final WorkFactory works,
        final KernelListener listener, final EventHandler events) {
        final KernelOptions kernel = KernelOptions.DEFAULT.withLostAfterNs(lostAfterNs).withCapacity(64, 512);
        tactus = Tactus.open(set, new TactusOptions(kernel, false, false, false, seed, true, scratch), works, listener, events);
    }

    void start() throws InterruptedException {
        tactus.start();
    }

    Held held(final String name) {
        return new Held(name, tactus.slot(name));
    }

    Held add(final Task task) {
        tactus.add(task);
        return held(task.name());
    }

    /** The product names a task by its name here; a name is never used twice. */
    void remove(final Held task) {
        tactus.remove(task.name());
    }

    /** True when the job was accepted. A slot is used again, so this must not be called once the task was removed. */
    boolean release(final Held task) {
        return tactus.release(task.slot()) == SporadicGate.ACCEPTED;
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
