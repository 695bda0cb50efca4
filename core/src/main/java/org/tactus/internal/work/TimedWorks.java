// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.OfferedWork;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.internal.time.Clock;
import org.tactus.model.ActualTime;
import org.tactus.model.Offer;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Prepares segments that only take time: spinning on a CPU device, modelled elsewhere. */
public final class TimedWorks implements WorkFactory {
    private static final int WARM_UP_SPINS = 200;
    private static final long WARM_UP_NS = 100_000;

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        final List<SegmentWork> works = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            final long draws = seed + 31L * i + task.name().hashCode();
            final SegmentWork own = TimedWork.on(set.platform().devices().get(segment.device()), segment, draws);
            works.add(segment.offer().isEmpty() ? own : new OfferedWork(own, offered(segment, draws)));
        }
        warmUp();
        return works;
    }

    /** The time that a segment takes on the accelerator that it is offered to: the same share of the WCET there. */
    static SegmentWork offered(final Segment segment, final long seed) {
        final Offer offer = segment.offer().orElseThrow();
        return new TimedWork(Clock.SYSTEM, new Segment(offer.device(), offer.wcetNs(), segment.actual()), seed);
    }

    /** Compiles the spin, and the draw of its length, before time zero; once a process. */
    static void warmUp() {
        WarmUp.once(TimedWork.class, TimedWorks::spin);
    }

    private static void spin() {
        final TimedWork whole = new TimedWork(Clock.SYSTEM, new Segment(0, WARM_UP_NS, ActualTime.WCET), 0);
        final TimedWork drawn = new TimedWork(Clock.SYSTEM, new Segment(0, WARM_UP_NS, new ActualTime(0, 0.1)), 0);
        for (int i = 0; i < WARM_UP_SPINS; i++) {
            whole.run(i);
            drawn.run(i);
        }
    }
}
