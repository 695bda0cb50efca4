// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * A job of one task ends only after one of the other has begun, and so on: at every instant one is live. An observer who looks twice
 * whether a removed third task may stop counting never sees an instant without a live job, as one who looks once would.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "the removed task counts on")
@Outcome(expect = Expect.FORBIDDEN, desc = "an instant without a live job, where there was none")
@State
public class NoInstantWithoutLiveJob {
    private final PolicyState state;
    private final DeviceScheduler scheduler;
    private final ModeChanges modes;

    /** Job 0 of the first task is live, and the third task was removed and has stopped. */
    public NoInstantWithoutLiveJob() {
        final TaskSetBuilder builder = TaskSet.builder("stress").policy(PolicyKind.EDF).device(DeviceSpec.modelled("d0"));
        for (int i = 0; i < 3; i++) {
            builder.task("t" + i, t -> t.periodNs(10).segment("d0", 1));
        }
        final TaskSet set = builder.build();
        state = PolicyState.allocate(set.policy(), 3, 3, 1);
        scheduler = new DeviceScheduler(state, 0, JobListener.NONE);
        modes = new ModeChanges(state, set.platform(), (final List<Task> group) -> ModeChanges.UNKNOWN);
        for (int i = 0; i < 3; i++) {
            state.define(i, set.tasks().get(i), i, 0);
            modes.joined(i, set.tasks().get(i));
        }
        modes.removing(2);
        state.requestStop(2);
        scheduler.stop(2, 0);
        scheduler.admit(0, 0);
        scheduler.admit(1, 1);
        scheduler.release(0);
    }

    @Actor
    public void home() {
        for (int nowNs = 1; nowNs < 40; nowNs += 10) {
            scheduler.release(nowNs); // the second task's job begins
            end(nowNs); // the first one's ends: it is due earlier
            scheduler.release(nowNs + 9); // the first one's next begins
            end(nowNs + 9); // the second one's ends
        }
    }

    private void end(final long nowNs) {
        final int task = scheduler.select();
        scheduler.started(task, nowNs);
        scheduler.segmentDone(task, nowNs, false);
    }

    @Actor
    public void observer(final I_Result r) {
        r.r1 = modes.look(0) && modes.confirm() ? 1 : 0;
    }
}
