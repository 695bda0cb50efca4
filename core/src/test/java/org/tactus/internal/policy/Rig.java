// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.ArrayList;
import java.util.List;
import org.tactus.model.TaskSet;

/** Schedulers of a set, with every notice kept as a line such as {@code complete 0#1 @25}. */
final class Rig implements JobListener {
    final PolicyState state;
    final DeviceScheduler[] devices;
    final SporadicGate gate;
    final List<String> notices = new ArrayList<>();

    Rig(final TaskSet set) {
        int segments = 0;
        for (final var task : set.tasks()) {
            segments += task.segments().size();
        }
        state = PolicyState.allocate(set.policy(), set.tasks().size(), segments, set.platform().devices().size());
        devices = new DeviceScheduler[set.platform().devices().size()];
        for (int i = 0; i < devices.length; i++) {
            devices[i] = new DeviceScheduler(state, i, this);
        }
        gate = new SporadicGate(state);
        int first = 0;
        for (int i = 0; i < set.tasks().size(); i++) {
            state.define(i, set.tasks().get(i), first, 77 + i);
            devices[state.homeDevice(i)].admit(i, set.tasks().get(i).offsetNs());
            first += set.tasks().get(i).segments().size();
        }
    }

    /** Runs what the first device picks from {@code startNs} to {@code endNs}. */
    int run(final int device, final long startNs, final long endNs) {
        final int task = devices[device].select();
        devices[device].started(task, startNs);
        return devices[device].segmentDone(task, endNs, false);
    }

    List<String> take() {
        final List<String> taken = List.copyOf(notices);
        notices.clear();
        return taken;
    }

    @Override
    public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
        notices.add("release " + task + "#" + job + " of " + nominalNs + " @" + nowNs);
    }

    @Override
    public void onSkip(final int task, final long nominalNs, final long nowNs) {
        notices.add("skip " + task + " of " + nominalNs + " @" + nowNs);
    }

    @Override
    public void onAnswered(final int task, final long nominalNs, final long nowNs) {
        notices.add("answered " + task + " of " + nominalNs + " @" + nowNs);
    }

    @Override
    public void onReclaimed(final int task, final long job, final int substituted, final long endNs) {
        notices.add("reclaimed " + task + "#" + job + " " + substituted + " @" + endNs);
    }

    @Override
    public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
        notices.add("overrun " + task + "#" + job + "." + segment + " by " + beyondNs);
    }

    @Override
    public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        notices.add("complete " + task + "#" + job + " @" + endNs);
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        notices.add("abort " + task + "#" + job + " @" + endNs);
    }

    @Override
    public void onStopped(final int task, final long nowNs) {
        notices.add("stopped " + task + " @" + nowNs);
    }
}
