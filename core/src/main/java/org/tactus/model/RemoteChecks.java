// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tactus.internal.time.Durations;

/** The rules of tasks whose jobs are offered to a second machine. */
final class RemoteChecks {
    private static final Pattern ADDRESS = Pattern.compile("([A-Za-z0-9.-]{1,253}):([0-9]{1,5})");

    private RemoteChecks() {
    }

    /**
     * Checks a task.
     *
     * @param task       the task
     * @param deadlineNs relative deadline of the whole job, nanoseconds
     * @param at         field of the task, for errors
     * @return by how much its fallback is released later than its offer, nanoseconds; 0 when it is not offered
     * @throws InvalidTaskSetException at the first rule that is broken
     */
    static long tauNs(final TaskBuilder task, final long deadlineNs, final String at) {
        if (task.remote.isEmpty()) {
            return 0;
        }
        final Task.Remote remote = task.remote.get();
        final Matcher address = ADDRESS.matcher(remote.peer());
        TaskSetBuilder.check(address.matches() && Integer.parseInt(address.group(2)) >= 1 && Integer.parseInt(address.group(2)) <= 65_535,
            at + ".remote.peer", "peer: '" + remote.peer() + "' is no address; write HOST:PORT, such as 10.0.0.2:40123");
        TaskSetBuilder.check(task.release == Release.PERIODIC, at + ".remote",
            "remote: only the jobs of a periodic task are offered; write 'release: periodic', or remove the key");
        TaskSetBuilder.check(task.serviceClass == Task.ServiceClass.HARD, at + ".remote",
            "remote: a best-effort task has no deadline from which tau could be taken; write 'class: hard', or remove the key");
        TaskSetBuilder.time(remote.tauNs(), 1, at + ".remote.tau");
        TaskSetBuilder.check(remote.tauNs() < deadlineNs, at + ".remote.tau", "tau: " + Durations.exact(remote.tauNs())
            + " leaves nothing of the deadline of " + Durations.exact(deadlineNs) + " for the fallback; tau must be below it");
        gain(remote.gain(), at + ".remote.gain");
        gain(remote.localGain(), at + ".remote.localGain");
        return remote.tauNs();
    }

    private static void gain(final double gain, final String field) {
        TaskSetBuilder.check(gain >= 0 && gain <= Double.MAX_VALUE, field, "a gain is a number from 0 on");
    }
}
