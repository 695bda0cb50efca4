// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Chooses how long an offered task waits for its answers, from measured round trips. A longer wait lets more answers count and leaves less
 * time for the fallback, so that a set may no longer be schedulable. With F the measured distribution, lost answers included, a job with
 * the wait tau is worth
 * <pre>
 *   E(tau) = F(tau) gain + (1 - F(tau)) localGain
 * </pre>
 * in the mean. E grows only at measured round trips, so only those are candidates. Of the admissible ones the shortest is chosen whose
 * worth is within a tolerance of the best: a short wait gives results earlier and leaves more time to every task. Ours.
 */
public final class TauPlanner {
    private static final int MOST_CANDIDATES = 200;

    private TauPlanner() {
    }

    /**
     * A wait.
     *
     * @param tauNs    how long, nanoseconds
     * @param answered share of the measured offers that were answered by then
     * @param meanGain what a job is worth in the mean
     * @param set      the set with it
     */
    public record Choice(long tauNs, double answered, double meanGain, TaskSet set) {
    }

    /**
     * Chooses the wait of one task.
     *
     * @param set        the set
     * @param index      index of an offered task in it
     * @param roundTrips measured, nanoseconds, ascending; {@code Long.MAX_VALUE} for answers that did not come
     * @param tolerance  how much of the difference of the two gains may be given away for a shorter wait, from 0 to 1
     * @param accepts    whether the analysis accepts a set
     * @return empty when no wait is worth more than none at all, or none is admissible
     */
    public static Optional<Choice> choose(
        final TaskSet set, final int index, final long[] roundTrips, final double tolerance, final Predicate<TaskSet> accepts) {
        final Task task = set.tasks().get(index);
        final Task.Remote remote = task.remote().orElseThrow(
            () -> new IllegalArgumentException("task '" + task.name() + "' is not offered; give it the key 'remote'"));
        if (remote.gain() <= remote.localGain()) {
            return Optional.empty();
        }
        final TreeSet<Long> candidates = new TreeSet<>();
        for (int i = 1; i <= MOST_CANDIDATES; i++) {
            final int at = (int) ((long) i * roundTrips.length / MOST_CANDIDATES) - 1;
            if (at >= 0 && roundTrips[at] < task.deadlineNs() + remote.tauNs()) {
                candidates.add(Math.max(1, roundTrips[at]));
            }
        }
        Optional<Choice> best = Optional.empty();
        Optional<Choice> chosen = Optional.empty();
        for (final long tauNs : candidates.descendingSet()) {
            final double answered = share(roundTrips, tauNs);
            final double meanGain = answered * remote.gain() + (1 - answered) * remote.localGain();
            final double leastGain = best.map(Choice::meanGain).orElse(0.0) - tolerance * (remote.gain() - remote.localGain());
            if (best.isPresent() && meanGain < leastGain) {
                break; // shorter ones are worth less still
            }
            final TaskSet with = with(set, index, tauNs);
            if (accepts.test(with)) {
                chosen = Optional.of(new Choice(tauNs, answered, meanGain, with));
                best = best.isPresent() ? best : chosen; // worth grows with the wait, so the first one is the best
            }
        }
        return chosen;
    }

    private static double share(final long[] roundTrips, final long tauNs) {
        int count = 0;
        while (count < roundTrips.length && roundTrips[count] <= tauNs) {
            count++;
        }
        return (double) count / roundTrips.length;
    }

    /**
     * Changes the wait of an offered task: its fallback's release and deadline move with it.
     *
     * @param set   the set
     * @param index index of an offered task in it
     * @param tauNs nanoseconds, below the deadline of the whole job
     * @return a copy
     */
    public static TaskSet with(final TaskSet set, final int index, final long tauNs) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), IntStream.range(0, set.tasks().size())
            .mapToObj(i -> i == index ? set.tasks().get(i).withTauNs(tauNs) : set.tasks().get(i)).toList());
    }
}
