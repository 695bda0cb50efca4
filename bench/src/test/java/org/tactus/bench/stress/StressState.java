// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import java.util.function.Consumer;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;

/** A small policy state that the concurrency tests share: one device, one task. */
class StressState implements JobListener {
    static final long PERIOD_NS = 10;

    final PolicyState state;
    final DeviceScheduler scheduler;
    final SporadicGate gate;
    private final TaskSet set;
    int released;
    int skipped;

    StressState(final Release release) {
        this(t -> t.release(release));
    }

    StressState(final Consumer<TaskBuilder> kind) {
        set = TaskSet.builder("stress").device(DeviceSpec.modelled("d0"))
            .task("t", t -> kind.accept(t.periodNs(PERIOD_NS).segment("d0", 1))).build();
        state = PolicyState.allocate(set.policy(), 1, 1, 1);
        scheduler = new DeviceScheduler(state, 0, this);
        gate = new SporadicGate(state);
        define();
        scheduler.admit(0, PERIOD_NS);
    }

    /** Puts the task, once more, into the slot; returns its generation. */
    final int define() {
        return state.define(0, set.tasks().getFirst(), 0, 0);
    }

    int acceptedOf(final int generation, final long nowNs) {
        return gate.release(0, generation, nowNs) == SporadicGate.ACCEPTED ? 1 : 0;
    }

    int accepted(final long nowNs) {
        return gate.release(0, nowNs) == SporadicGate.ACCEPTED ? 1 : 0;
    }

    @Override
    public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
        released++;
    }

    @Override
    public void onSkip(final int task, final long nominalNs, final long nowNs) {
        skipped++;
    }
}
