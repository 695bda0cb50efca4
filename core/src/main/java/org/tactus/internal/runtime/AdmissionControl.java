// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.device.Device;
import org.tactus.internal.kernel.Admission;
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
        return Optional.empty();
    }

    @Override
    public long longestBusyPeriodNs(final TaskSet group) {
        return Analyses.longestBusyPeriodNs(group);
    }

    /**
     * What the devices' memory holds is laid out at the start: no task that needs any of it can come later. The memory conditions are
     * proven for tasks that are all there from the start. What lacks is a bound on the time from which on the others have given up what
     * never leaves of the new task, and on what that costs the jobs that are live then.
     */
    Optional<String> memoryRefusal(final Task task) {
        final TaskSet alone = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), List.of(task));
        for (int i = 0; i < devices.size(); i++) {
            final int device = i;
            final boolean here = task.memory().isPresent() && task.segments().stream().anyMatch(segment -> segment.device() == device);
            if (here && (devices.get(i).mover() != null || alone.swapsOn(i))) {
                return Optional.of("task '" + task.name() + "' needs memory of '" + set.platform().devices().get(i).name()
                    + "', where it is swapped and laid out at the start, and no bound is proven for when the others have given up what a"
                    + " new task needs; put the task into the set that is opened");
            }
        }
        return Optional.empty();
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
