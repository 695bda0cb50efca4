// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.campaign;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Prepares works that take their time, and others that hang, overrun or throw in one of their jobs, as a task's plan says. */
final class Mischief implements WorkFactory {
    /** What goes wrong. */
    enum Kind {
        NONE, OVERRUN, HANG, HANG_FOREVER, EXCEPTION, ERROR, BREAKS_AT_CLOSE
    }

    /** What goes wrong in a task, in which job and segment, for how long, and whether a request to end is heeded. */
    record Plan(Kind kind, long job, int segment, long lengthNs, boolean heeds) {
        static final Plan NONE = new Plan(Kind.NONE, 0, 0, 0, false);
    }

    private final TimedWorks timed = new TimedWorks();
    private final Map<String, Plan> plans = new ConcurrentHashMap<>();
    private volatile CountDownLatch free = new CountDownLatch(1);

    void plan(final String task, final Plan plan) {
        plans.put(task, plan);
    }

    /** Lets everything that hangs now return. */
    void free() {
        final CountDownLatch hanging = free;
        free = new CountDownLatch(1);
        hanging.countDown();
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        final Plan plan = plans.getOrDefault(task.name(), Plan.NONE);
        final List<SegmentWork> works = new ArrayList<>();
        for (final SegmentWork work : timed.prepare(set, devices, task, seed)) {
            final DeviceKind kind = set.platform().devices().get(task.segments().get(works.size()).device()).kind();
            works.add(plan.kind == Kind.NONE || plan.segment != works.size() ? work : new Bad(work, plan, kind));
        }
        return works;
    }

    private final class Bad implements SegmentWork {
        private final SegmentWork good;
        private final Plan plan;
        private final DeviceKind device;
        private final CountDownLatch terminated = new CountDownLatch(1);

        Bad(final SegmentWork good, final Plan plan, final DeviceKind device) {
            this.good = good;
            this.plan = plan;
            this.device = device;
        }

        @Override
        public void run(final long job) throws Exception {
            good.run(job);
            if (job != plan.job) {
                return;
            }
            switch (plan.kind) {
                case OVERRUN, HANG -> hang(plan.lengthNs);
                case HANG_FOREVER -> hang(Long.MAX_VALUE);
                case EXCEPTION -> throw new IOException("on purpose");
                case ERROR -> throw new StackOverflowError("on purpose");
                default -> { }
            }
        }

        private void hang(final long ns) throws InterruptedException {
            final CountDownLatch until = free;
            final long beginNs = System.nanoTime();
            while (System.nanoTime() - beginNs < ns && !until.await(1, TimeUnit.MILLISECONDS)) {
                if (plan.heeds && terminated.getCount() == 0) {
                    return;
                }
            }
        }

        /** An accelerator asks for the time; it can be too long, and on a GPU the asking can break. */
        @Override
        public long modelledNs(final long job) {
            if (job == plan.job && device != DeviceKind.CPU && device != DeviceKind.EDGETPU) {
                if (plan.kind == Kind.EXCEPTION && device == DeviceKind.CUDA) {
                    throw new IllegalStateException("on purpose");
                }
                if (plan.kind == Kind.OVERRUN || plan.kind == Kind.HANG) {
                    return plan.lengthNs;
                }
            }
            return good.modelledNs(job);
        }

        @Override
        public void terminate() {
            terminated.countDown();
        }

        @Override
        public void close() {
            good.close();
            if (plan.kind == Kind.BREAKS_AT_CLOSE) {
                throw new IllegalStateException("closed on purpose");
            }
        }
    }

    @Override
    public String driver() {
        return timed.driver();
    }
}
