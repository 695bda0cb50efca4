package org.tactus;

import java.util.ArrayList;
import java.util.List;
import org.tactus.device.SegmentWork;
import org.tactus.device.TimedWork;
import org.tactus.model.ActualTime;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.time.Clock;

/** Prepares segments that only take time: spinning on a CPU device, modelled elsewhere. */
public final class TimedWorks implements WorkFactory {
    private static final int WARM_UP_SPINS = 200;
    private static final long WARM_UP_NS = 100_000;

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final Task task, final long seed) {
        final List<SegmentWork> works = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            works.add(new TimedWork(Clock.SYSTEM, task.segments().get(i), seed + 31L * i + task.name().hashCode()));
        }
        warmUp();
        return works;
    }

    /** Compiles the spin before time zero. */
    private static void warmUp() {
        final TimedWork work = new TimedWork(
            Clock.SYSTEM, new Segment(0, WARM_UP_NS, ActualTime.WCET), 0);
        for (int i = 0; i < WARM_UP_SPINS; i++) {
            work.run(i);
        }
    }
}
