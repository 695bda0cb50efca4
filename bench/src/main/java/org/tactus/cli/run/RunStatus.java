// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tactus.cli.support.ExitStatus;
import org.tactus.internal.report.MovesVoid;
import org.tactus.internal.time.Durations;
import org.tactus.result.DeviceResult;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;

/**
 * What the exit status of a run or a simulation says: {@link ExitStatus#NO} when a deadline was missed, a job was aborted, a task was
 * stopped, a device was lost, or a job took longer than its bound and what the platform took does not explain it. The page of the command
 * line has each case in a table.
 *
 * <p>A bound that was passed is never good for a reason that lies in the set (a segment that ran past its WCET), in this process (a
 * pause of the JVM) or in another one of the system (run delay): the complaint names the reason. On request the jobs are excused that
 * what the platform took explains: with a curve those that a break of it reached, for what it allows is in their bounds; without one
 * those that a stall reached. Neither excuses more than its own length, nor what this process or another one of the system took, and a
 * task of which no job is left is not good.
 */
final class RunStatus {
    private RunStatus() {
    }

    /**
     * Says what is not good.
     *
     * @param result what was measured
     * @param excuse whether misses are excused that the platform explains
     * @return one sentence each; empty when all is good
     */
    static List<String> complaints(final RunResult result, final boolean excuse) {
        final List<String> complaints = new ArrayList<>();
        names(result.devices().stream().filter(DeviceResult::lost).map(DeviceResult::name), "was lost", complaints);
        names(result.tasks().stream().filter(TaskResult::stopped).map(TaskResult::name), "was stopped", complaints);
        final long aborted = result.tasks().stream().mapToLong(TaskResult::aborted).sum();
        if (aborted > 0) {
            complaints.add(aborted + (aborted == 1 ? " job was" : " jobs were") + " aborted");
        }
        final List<TaskResult> unexplained = unexplained(result);
        misses(result, excuse ? unexplained : result.tasks(), excuse, complaints);
        names(unexplained.stream().filter(task -> isBeyond(task, result)).map(TaskResult::name),
            "took longer than its bound, and what the platform took does not explain it" + why(result), complaints);
        final long takenNs = result.withoutStalls().stalls().totalNs();
        names(result.tasks().stream().filter(task -> isBeyond(task, result, takenNs)
            && unexplained.stream().noneMatch(left -> left.name().equals(task.name()) && isBeyond(left, result))).map(TaskResult::name),
            "took longer than its bound by more than all that the platform took, " + Durations.format(takenNs) + why(result), complaints);
        return complaints;
    }

    /**
     * The verdict in words, as the report has it.
     *
     * @param result     what was measured or simulated
     * @param complaints what is not good, of {@link #complaints}
     * @return a sentence
     */
    static String verdict(final RunResult result, final List<String> complaints) {
        if (!complaints.isEmpty()) {
            return "Not good: " + String.join("; ", complaints) + ".";
        }
        final String missed = result.misses() == 0 ? "no deadline was missed" : "no deadline was missed that counts";
        final boolean held = result.boundsVoid().isEmpty() && result.tasks().stream().anyMatch(task -> task.boundNs().isPresent())
            && result.tasks().stream().noneMatch(task -> task.tightness() > 1);
        return "Good: " + missed + (held ? ", and no response was longer than its bound." : ".");
    }

    /** The results without the jobs that the platform explains; in the order of the tasks. */
    private static List<TaskResult> unexplained(final RunResult result) {
        if (result.platform().curve().isPresent()) {
            return result.platform().excused().isEmpty() ? result.tasks() : result.platform().excused();
        }
        return result.withoutStalls().tasks();
    }

    private static void misses(
        final RunResult result, final List<TaskResult> counted, final boolean excuse, final List<String> complaints) {
        final long misses = counted.stream().mapToLong(TaskResult::misses).sum();
        if (misses > 0) {
            complaints.add(misses + (misses == 1 ? " deadline was missed" : " deadlines were missed")
                + (excuse && misses < result.misses() ? ", beside " + (result.misses() - misses) + " that the platform explains" : ""));
        }
        for (int i = 0; i < counted.size(); i++) {
            final TaskResult all = result.tasks().get(i);
            if (counted.get(i) != all && all.misses() > 0 && counted.get(i).jobs() == 0) {
                complaints.add("no job of " + all.name() + " is left without those that the platform touched");
            }
        }
    }

    /**
     * Whether a job passed its bound. Where no curve is charged, nothing that takes the core is in the bound: then only what is beyond it
     * by more than a gap that is too short to be called a stall counts.
     */
    private static boolean isBeyond(final TaskResult task, final RunResult result) {
        return isBeyond(task, result, 0);
    }

    private static boolean isBeyond(final TaskResult task, final RunResult result, final long takenNs) {
        if (task.boundNs().isEmpty() || task.maxNs().isEmpty()) {
            return false;
        }
        final long unseenNs =
            result.platform().curve().isPresent() ? 0 : result.conditions().noise().getOrDefault("stallThresholdNs", 0L);
        return task.maxNs().getAsLong() - task.boundNs().getAsLong() > unseenNs + takenNs;
    }

    /** What was seen in the run that makes jobs later than a bound assumes, and is not the platform's; empty when nothing was. */
    private static String why(final RunResult result) {
        final List<String> seen = new ArrayList<>();
        if (result.overruns() > 0) {
            seen.add("segments ran past their WCET");
        }
        if (result.boundsVoid().contains(MovesVoid.BEGIN)) {
            seen.add("moves of chunks took longer than they are charged");
        }
        final List<String> takers = new ArrayList<>();
        take(result, Stall.RUN_DELAY, "other processes", takers);
        take(result, Stall.SAFEPOINT, "pauses of this JVM", takers);
        take(result, Stall.OWN_WAIT, "locks of this process", takers);
        if (!takers.isEmpty()) {
            seen.add(String.join(" and ", takers) + " took time, which no bound holds");
        }
        return seen.isEmpty() ? "" : " (" + String.join("; ", seen) + ')';
    }

    private static void take(final RunResult result, final String cause, final String who, final List<String> takers) {
        if (result.stalls().stream().anyMatch(stall -> stall.cause().startsWith(cause))) {
            takers.add(who);
        }
    }

    private static void names(final Stream<String> names, final String what, final List<String> complaints) {
        names.forEach(name -> complaints.add(name + ' ' + what));
    }

    /**
     * Says what was excused.
     *
     * @return a sentence; empty when nothing was
     */
    static String excuses(final RunResult result) {
        final long misses = result.misses() - unexplained(result).stream().mapToLong(TaskResult::misses).sum();
        return misses == 0 ? "" : misses + " missed deadlines are excused: what the platform took explains them (stalls of "
            + Durations.format(result.withoutStalls().stalls().totalNs()) + " in all)";
    }
}
