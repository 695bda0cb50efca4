// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.util.concurrent.atomic.AtomicLong;
import org.tactus.Tactus;
import org.tactus.TaskHandle;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;

/** Runs code of the program in a periodic and in a sporadic task, and prints what was measured beside what was promised. */
public final class OwnCode {
    private OwnCode() {
    }

    /**
     * Runs for half a second.
     *
     * @param arguments none
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final TaskSet set = TaskSet.builder("mine")
            .device(DeviceSpec.cpu("cpu0", 1))                                      // a dispatcher on core 1
            .task("control", t -> t.periodNs(20_000_000).segment("cpu0", 3_000_000))
            .task("alarm", t -> t.periodNs(50_000_000).release(Release.SPORADIC).segment("cpu0", 1_000_000))
            .build();
        final AtomicLong steps = new AtomicLong();
        final AtomicLong alarms = new AtomicLong();
        final Tactus.Context context = new Tactus.Context()
            .taskSet(set)
            .code("control", 0, job -> steps.incrementAndGet())                     // the dispatcher of cpu0 calls these
            .code("alarm", 0, job -> alarms.incrementAndGet());
        try (Tactus tactus = Tactus.launch(context)) {      // throws, with the reason, where the analysis refuses the set
            final TaskHandle alarm = tactus.handle("alarm");
            Thread.sleep(500);
            System.out.println("release: " + tactus.release(alarm));                // any thread, lock-free, 0 bytes
            Thread.sleep(100);
            System.out.print(tactus.stop());                                        // measured beside bound
            System.out.println("steps: " + steps.get() + ", alarms: " + alarms.get());
        }
    }
}
