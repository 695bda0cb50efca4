package org.tactus.examples;

import org.tactus.Tactus;
import org.tactus.TactusException;
import org.tactus.TaskHandle;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/**
 * Looks at a camera of 30 frames a second, and adds and removes a second task while it runs: the analysis answers each time, and nobody
 * who runs is harmed by a task that comes or goes.
 */
public final class Camera {
    private static final long FRAME_NS = 33_333_333;
    /** A segment without code spins; it takes this share of its WCET, so that the machine's own overheads fit beside it. */
    private static final ActualTime USUAL = new ActualTime(0.5, 0.9);

    private Camera() {
    }

    /**
     * Runs for a second.
     *
     * @param arguments none
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final TaskSet set = TaskSet.builder("camera").device(DeviceSpec.cpu("cpu0", 1))
            .task("frame", t -> t.periodNs(FRAME_NS).segment("cpu0", 5_000_000, USUAL)).build();
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(set))) {
            Thread.sleep(300);
            final TaskHandle plate = tactus.add(                                      // a number plate is to be read for a while
                set.task("plate", t -> t.periodNs(100_000_000).segment("cpu0", 8_000_000)),
                new Workload().code("plate", 0, job -> Thread.onSpinWait()));
            System.out.println("with plate: " + tactus.verdict().orElseThrow().tasks());
            Thread.sleep(400);
            tactus.remove(plate);
            try {
                tactus.add(set.task("heavy", t -> t.periodNs(40_000_000).segment("cpu0", 39_000_000)));
            } catch (final TactusException.Refused e) {
                System.out.println("refused: " + e.getMessage());
            }
            Thread.sleep(300);
            System.out.print(tactus.stop());                                          // plate's line is there, too
        }
    }
}
