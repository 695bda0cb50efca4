// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.CountersReader.DeviceCounters;
import org.tactus.internal.watch.CountersReader.TaskCounters;
import org.tactus.internal.watch.ResponseBuckets;
import org.tactus.model.PolicyKind;

/**
 * What the counters of a run said at one look.
 *
 * @param pid     number of its process
 * @param alive   whether it goes on
 * @param atNs    until when the counters hold, nanoseconds since time zero
 * @param dropped events that the counters lack
 * @param tasks   all tasks that are or were there
 * @param devices all devices
 */
public record StatLook(long pid, boolean alive, long atNs, long dropped, List<Task> tasks, List<DeviceCounters> devices) {
    /**
     * A task at one look.
     *
     * @param counts    its counters
     * @param responses how its responses are distributed
     * @param now       what it does, from words that change while they are read: only a glimpse
     */
    public record Task(TaskCounters counts, ResponseBuckets responses, String now) {
        /**
         * A quantile of the responses, at most a 32nd or 32 ns above the true one and never above the exact largest.
         *
         * @param share from 0 to 1
         * @return nanoseconds; empty before the first response, and where the jobs are too few to carry it
         */
        OptionalLong quantileNs(final double share) {
            return responses.carriedNs(share, counts.maxNs());
        }
    }

    /**
     * Looks at a run.
     *
     * @param run its counters
     * @return what they say now
     */
    public static StatLook at(final CountersReader run) {
        final boolean alive = run.isAlive(); // before the counts: of a run that has ended they are the last ones
        return new StatLook(run.pid(), alive, run.updatedNs(), run.dropped(), run.tasks().stream()
            .map(task -> new Task(task, run.responses(task.index()), now(run, task))).toList(), run.devices());
    }

    /**
     * The responses since an earlier look.
     *
     * @param index   index of the task in {@link #tasks}
     * @param earlier the run then, if there was such a look
     * @return empty when the task was not there then
     */
    Optional<ResponseBuckets> since(final int index, final Optional<StatLook> earlier) {
        final Task task = tasks.get(index);
        return earlier.flatMap(then -> then.tasks.stream().filter(old -> old.counts.index() == task.counts.index()
            && old.counts.name().equals(task.counts.name())).findFirst()).map(old -> task.responses.since(old.responses));
    }

    private static String now(final CountersReader run, final TaskCounters task) {
        if (!task.live()) {
            return "stopped";
        }
        if (run.hotState().capacity() == 0) {
            return "-";
        }
        final PolicyState state = new PolicyState(
            run.hotState(), PolicyKind.FIXED_PRIORITY, run.taskCapacity(), run.segmentCapacity(), run.devices().size());
        return state.isLive(task.index())
            ? "job " + state.jobNumber(task.index()) + ", segment " + state.segmentIndex(task.index()) : "idle";
    }
}
