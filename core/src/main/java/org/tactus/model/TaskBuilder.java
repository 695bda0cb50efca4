// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds one task; every setter returns this builder. {@link TaskSetBuilder#task} makes it. Not thread-safe. */
public final class TaskBuilder {
    final String name;
    final List<PendingSegment> segments = new ArrayList<>();
    /** -1 while none is given. */
    long periodNs = -1;
    long deadlineNs = -1;
    long offsetNs;
    long jitterNs;
    Release release = Release.PERIODIC;
    int priority = Task.NO_PRIORITY;
    OverrunAction onOverrun = OverrunAction.CONTINUE;
    BacklogAction onBacklog = BacklogAction.QUEUE;
    Optional<TaskMemory> memory = Optional.empty();
    Optional<ModelSource> model = Optional.empty();

    Task.ServiceClass serviceClass = Task.ServiceClass.HARD;
    final List<Boundary> boundaries = new ArrayList<>();
    Optional<Reclaim> reclaim = Optional.empty();
    Optional<Task.Remote> remote = Optional.empty();

    /** A segment whose devices are still names; the first variant stands until a plan chooses another. */
    record PendingSegment(List<NamedVariant> variants, Optional<PendingOffer> offer, Optional<Boolean> preemptable,
        boolean optional, List<Segment.Level> levels) {
    }

    /** An offer whose device is still a name. */
    record PendingOffer(String device, long wcetNs) {
    }

    TaskBuilder(final String name) {
        this.name = name;
    }

    /**
     * Sets the period. A best-effort task that is given none is always ready: {@link Release#AT_COMPLETION}.
     *
     * @param ns nanoseconds, above 0
     * @return this
     */
    public TaskBuilder periodNs(final long ns) {
        periodNs = ns;
        return this;
    }

    /**
     * Sets the relative deadline; without it the period is the deadline.
     *
     * @param ns nanoseconds, above 0, at most the period
     * @return this
     */
    public TaskBuilder deadlineNs(final long ns) {
        deadlineNs = ns;
        return this;
    }

    /**
     * Sets the first nominal release of a periodic task; 0 without it.
     *
     * @param ns nanoseconds, not negative
     * @return this
     */
    public TaskBuilder offsetNs(final long ns) {
        offsetNs = ns;
        return this;
    }

    /**
     * Sets the task's own release jitter.
     *
     * @param ns nanoseconds, not negative, at most the period
     * @return this
     */
    public TaskBuilder jitterNs(final long ns) {
        jitterNs = ns;
        return this;
    }

    /**
     * Sets how jobs come into being; periodic without it.
     *
     * @param how periodic or sporadic
     * @return this
     */
    public TaskBuilder release(final Release how) {
        release = how;
        return this;
    }

    /**
     * Sets the priority; without it the deadline decides.
     *
     * @param value 1 is the highest
     * @return this
     */
    public TaskBuilder priority(final int value) {
        priority = value;
        return this;
    }

    /**
     * Sets what happens when a segment runs past its WCET; {@link OverrunAction#CONTINUE} without it.
     *
     * @param action the action
     * @return this
     */
    public TaskBuilder onOverrun(final OverrunAction action) {
        onOverrun = action;
        return this;
    }

    /**
     * Sets what happens to a release while the previous job is unfinished; {@link BacklogAction#QUEUE} without it.
     *
     * @param action the action
     * @return this
     */
    public TaskBuilder onBacklog(final BacklogAction action) {
        onBacklog = action;
        return this;
    }

    /**
     * Sets what the task occupies in an accelerator's memory.
     *
     * @param value the demand
     * @return this
     */
    public TaskBuilder memory(final TaskMemory value) {
        memory = Optional.of(value);
        return this;
    }

    /**
     * Sets the task's network; its segments then only name devices, one each cut.
     *
     * @param value where the network comes from
     * @return this
     */
    public TaskBuilder model(final ModelSource value) {
        model = Optional.of(value);
        return this;
    }

    /**
     * Adds a segment of a network whose WCET is to be measured.
     *
     * @param device name of a device
     * @return this
     */
    public TaskBuilder segment(final String device) {
        return segment(device, Segment.UNMEASURED);
    }

    /**
     * Adds a segment that takes its whole WCET where time is modelled.
     *
     * @param device name of a device
     * @param wcetNs nanoseconds, above 0; {@link Segment#UNMEASURED} only for a network's segment
     * @return this
     */
    public TaskBuilder segment(final String device, final long wcetNs) {
        return segment(device, wcetNs, ActualTime.WCET);
    }

    /**
     * Adds a segment.
     *
     * @param device name of a device
     * @param wcetNs nanoseconds, above 0; {@link Segment#UNMEASURED} only for a network's segment
     * @param actual what it really takes where time is modelled
     * @return this
     */
    public TaskBuilder segment(final String device, final long wcetNs, final ActualTime actual) {
        return segment(List.of(new NamedVariant(device, Precision.FP32, wcetNs, 0, actual)));
    }

    /**
     * Adds a segment that may run in several ways; the first stands until a plan chooses another.
     *
     * @param variants at least one
     * @return this
     */
    public TaskBuilder segment(final List<NamedVariant> variants) {
        segments.add(new PendingSegment(List.copyOf(variants), Optional.empty(), Optional.empty(), false, List.of()));
        return this;
    }

    /**
     * Offers the segment that was added last to an accelerator's idle time.
     *
     * @param device name of the accelerator
     * @param wcetNs worst-case execution time there, copies included, nanoseconds, above 0
     * @return this
     */
    public TaskBuilder offer(final String device, final long wcetNs) {
        final PendingSegment last = segments.removeLast();
        segments.add(new PendingSegment(last.variants(), Optional.of(new PendingOffer(device, wcetNs)), last.preemptable(),
            last.optional(), last.levels()));
        return this;
    }

    /**
     * Says whether the segment that was added last may be interrupted; on a device with {@link DeviceSpec.Preemption#FULL} only.
     *
     * @param may false for a segment that runs to its end
     * @return this
     */
    public TaskBuilder preemptable(final boolean may) {
        final PendingSegment last = segments.removeLast();
        segments.add(new PendingSegment(last.variants(), last.offer(), Optional.of(may), last.optional(), last.levels()));
        return this;
    }

    /**
     * Puts the segment that was added last into the job's mandatory or optional part, and says in which sizes it may run.
     *
     * @param optional true for the optional part
     * @param levels   the least WCET first, which is the segment's; empty for one size
     * @return this
     */
    public TaskBuilder levels(final boolean optional, final List<Segment.Level> levels) {
        final PendingSegment last = segments.removeLast();
        segments.add(new PendingSegment(last.variants(), last.offer(), last.preemptable(), optional, List.copyOf(levels)));
        return this;
    }

    /**
     * Sets what the task's jobs are promised; a deadline without it. A best-effort task is given neither a deadline nor a priority.
     *
     * @param value hard or best effort
     * @return this
     */
    public TaskBuilder serviceClass(final Task.ServiceClass value) {
        serviceClass = value;
        return this;
    }

    /**
     * Adds what a tensor costs on its way between two segments.
     *
     * @param value the costs
     * @return this
     */
    public TaskBuilder boundary(final Boundary value) {
        boundaries.add(value);
        return this;
    }

    /**
     * Sets the budgets of the offered segments.
     *
     * @param value the budgets
     * @return this
     */
    public TaskBuilder reclaim(final Reclaim value) {
        reclaim = Optional.of(value);
        return this;
    }

    /**
     * Offers the task's jobs to a second machine. Offset and deadline of this builder stay those of the whole job.
     *
     * @param value where, and how long an answer is waited for
     * @return this
     */
    public TaskBuilder remote(final Task.Remote value) {
        remote = Optional.of(value);
        return this;
    }
}
