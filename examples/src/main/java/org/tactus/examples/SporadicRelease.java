package org.tactus.examples;

import java.util.EnumMap;
import java.util.Map;
import org.tactus.ReleaseResult;
import org.tactus.Tactus;
import org.tactus.TaskHandle;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;

/**
 * Requests the jobs of a sporadic task from a thread of the program, which knows nothing of periods: what comes too early is refused, so
 * that no bound of another task depends on how the program behaves.
 */
public final class SporadicRelease {
    private SporadicRelease() {
    }

    /**
     * Requests a job every 4 ms of a task that may come every 10 ms, for half a second.
     *
     * @param arguments none
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final TaskSet set = TaskSet.builder("sporadic").device(DeviceSpec.cpu("cpu0", 1))
            .task("message", t -> t.periodNs(10_000_000).release(Release.SPORADIC).segment("cpu0", 1_000_000, new ActualTime(0.5, 0.9)))
            .build();
        final Map<ReleaseResult, Integer> answers = new EnumMap<>(ReleaseResult.class);
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(set))) {
            final TaskHandle message = tactus.handle("message");
            final Thread caller = new Thread(() -> {
                for (int i = 0; i < 125; i++) {
                    answers.merge(tactus.release(message), 1, Integer::sum);
                    try {
                        Thread.sleep(4);
                    } catch (final InterruptedException e) {
                        return;
                    }
                }
            }, "caller");
            caller.start();
            caller.join();
            System.out.print(tactus.stop());
        }
        System.out.println("answers: " + answers);
    }
}
