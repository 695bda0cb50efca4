// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.JoiningCondition;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.device.Device;
import org.tactus.internal.kernel.Admission;
import org.tactus.internal.work.CodeCondition;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Decides by the analysis which sets run, and remembers the bounds of the one that does. Control thread. */
final class AdmissionControl implements Admission {
    private final TaskSet set;
    private final List<Device> devices;
    private final boolean force;
    /** Volatile: any thread asks for it. */
    private volatile Optional<Verdict> verdict = Optional.empty();
    /** Bounds that the verdict gives, by task. */
    private Map<String, Long> boundsNs = Map.of();
    private TaskSet analysed;
    private Runnable taken = () -> { };

    /** Admits onto a set's devices, in its order; with force what the analysis refuses, too. */
    AdmissionControl(final TaskSet set, final List<Device> devices, final boolean force) {
        this.set = set;
        this.devices = devices;
        this.force = force;
    }

    /** Asks the analysis; what it said is kept for a set that is taken only, and not asked again for the same one. */
    @Override
    public Optional<String> refusal(final TaskSet candidate) {
        if (candidate.equals(analysed)) {
            return Optional.empty();
        }
        final Optional<String> lacking = analysed == null ? Optional.empty()
            : memoryLacking(candidate, analysed).or(() -> besideCode(candidate));
        if (lacking.isPresent()) {
            return lacking; // by force, too: what is taken for the newcomer would be lacking to those that run, and no bound would hold
        }
        Optional<Verdict> said = Optional.empty();
        Optional<String> reason;
        try {
            final Verdict asked = Analyses.analyze(candidate);
            said = Optional.of(asked);
            reason = asked.schedulable() ? Optional.empty() : Optional.of(asked.reason());
        } catch (final TestNotApplicableException e) {
            reason = Optional.of(e.getMessage());
        }
        if (reason.isPresent() && !force) {
            return reason;
        }
        analysed = candidate;
        verdict = said;
        boundsNs = said.stream().flatMap(v -> v.tasks().stream()).filter(TaskVerdict::bounded)
            .collect(Collectors.toMap(TaskVerdict::name, TaskVerdict::responseBoundNs));
        taken.run();
        return Optional.empty();
    }

    /** Why tasks could not all be brought in on a device that one of them joins; empty where no memory is swapped. */
    private static Optional<String> memoryLacking(final TaskSet candidate, final TaskSet before) {
        final List<Task> joining = candidate.tasks().stream().filter(task -> !before.tasks().contains(task)).toList();
        for (int i = 0; i < candidate.platform().devices().size(); i++) {
            final int device = i;
            if (candidate.swapsOn(device) && joining.stream().anyMatch(task -> isOn(task, device))) {
                final boolean pairs = candidate.platform().devices().get(device).memory().orElseThrow().protocol() == SwapProtocol.OVL;
                final String problem = MemoryConditions.on(candidate, device).problem(pairs);
                if (!problem.isEmpty()) {
                    return Optional.of(problem);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isOn(final Task task, final int device) {
        return task.segments().stream().anyMatch(segment -> segment.device() == device);
    }

    /** Why a set has no bounds beside code of the program that is there: what joins must keep what the set was opened with. */
    private Optional<String> besideCode(final TaskSet candidate) {
        for (int i = 0; i < devices.size(); i++) {
            final Optional<String> objection = devices.get(i).runsCode() ? CodeCondition.objection(candidate, i) : Optional.empty();
            if (objection.isPresent()) {
                return Optional.of("code of the program runs on '" + candidate.platform().devices().get(i).name()
                    + "', which may make the dispatcher wait: " + objection.get());
            }
        }
        return Optional.empty();
    }

    @Override
    public long longestBusyPeriodNs(final TaskSet group) {
        return Analyses.longestBusyPeriodNs(group);
    }

    /**
     * What keeps a task that is added while others run from a memory that is swapped, before anything of it is prepared. What the proof
     * ({@code docs/proofs/swapping.md}, "Tasks that come and go") does not cover is refused here and by the analysis.
     */
    Optional<String> memoryRefusal(final Task task) {
        final List<Task> joined = new ArrayList<>(set.tasks().stream().filter(other -> !other.name().equals(task.name())).toList());
        joined.add(task);
        final TaskSet together = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), joined);
        for (int i = 0; i < devices.size(); i++) {
            final int device = i;
            final boolean here = task.memory().isPresent() && task.segments().stream().anyMatch(segment -> segment.device() == device);
            if (here && together.swapsOn(i)) {
                final String objection = devices.get(i).mover() == null
                    ? "its memory is not scheduled, since no task of the set that was opened is swapped there; put it into that set"
                    : JoiningCondition.objection(set, i, task);
                if (!objection.isEmpty()) {
                    return Optional.of(
                        "task '" + task.name() + "' cannot join '" + set.platform().devices().get(i).name() + "': " + objection);
                }
            }
        }
        return Optional.empty();
    }

    /** What is called whenever a set was taken, before anything is done for it. */
    void whenTaken(final Runnable call) {
        taken = call;
    }

    /** What the analysis said last of a set that was taken; empty when no test applies to it. */
    Optional<Verdict> verdict() {
        return verdict;
    }

    /** The bound on a running task's response; empty where there is none. */
    OptionalLong boundNs(final Task task) {
        final Long boundNs = boundsNs.get(task.name());
        return boundNs == null ? OptionalLong.empty() : OptionalLong.of(boundNs);
    }
}
