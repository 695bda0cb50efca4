// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Limits;
import org.tactus.model.Offer;
import org.tactus.model.Overheads;
import org.tactus.model.Platform;
import org.tactus.model.Reclaim;
import org.tactus.model.Segment;
import org.tactus.model.SharingGroups;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * How far a task set is from its limit, by bisection over any test. Immutable; safe for any thread.
 *
 * <p>Bisection finds the limit where the answer changes once, as it does for every test here when WCETs grow or memory shrinks.
 * Factors are multiples of one millionth; WCETs round up, so a factor that is reported passes as reported.
 */
public final class Sensitivity {
    /** Parts of one in which factors are counted. */
    private static final long PARTS = 1_000_000;
    /** Largest factor that is tried. */
    private static final long MOST_FACTOR = 1_000 * PARTS;

    private final SchedulabilityTest test;
    private final TaskSet set;

    /**
     * Prepares the questions.
     *
     * @param test decides
     * @param set  the task set
     * @throws TestNotApplicableException when the test does not apply to the set
     */
    public Sensitivity(final SchedulabilityTest test, final TaskSet set) {
        final String objection = test.applies(set);
        if (!objection.isEmpty()) {
            throw new TestNotApplicableException(objection);
        }
        this.test = test;
        this.set = set;
    }

    /**
     * Finds the largest factor by which all WCETs can grow.
     *
     * @return the factor, below 1 when the set fails as it is, at most 1000; empty when no factor from one millionth on passes
     */
    public OptionalDouble largestFactor() {
        return factor(-1);
    }

    /**
     * Finds the largest factor by which one task's WCETs can grow while all tasks that share devices with it pass.
     *
     * @param task its index in the file's order
     * @return the factor, at most 1000; empty when no factor from one millionth on passes
     */
    public OptionalDouble largestFactor(final int task) {
        final List<Integer> group = group(task);
        return of(group).factor(group.indexOf(task));
    }

    /**
     * Finds the smallest period of one task at which all tasks that share devices with it pass,
     * its deadline and jitter kept where the period allows, else lowered to it.
     *
     * @param task its index in the file's order
     * @return nanoseconds, at most the present period; empty when the present one does not pass
     */
    public OptionalLong smallestPeriodNs(final int task) {
        if (set.tasks().get(task).isBestEffort()) {
            return OptionalLong.empty();
        }
        final List<Integer> group = group(task);
        final Sensitivity alone = of(group);
        final int index = group.indexOf(task);
        return least(1, set.tasks().get(task).periodNs(), ns -> alone.passes(alone.withPeriod(index, ns)));
    }

    /**
     * Finds the smallest memory capacity of a device at which the set passes.
     *
     * @param device its index in the platform
     * @return bytes, at most the present capacity; empty when the device's memory is not scheduled or the present one does not pass
     */
    public OptionalLong smallestCapacityBytes(final int device) {
        final var memory = set.platform().devices().get(device).memory();
        if (memory.isEmpty()) {
            return OptionalLong.empty();
        }
        final Sensitivity alone = SharingGroups.of(set).stream().filter(group -> group.stream().anyMatch(i -> uses(i, device)))
            .findFirst().map(this::of).orElse(this);
        return least(memory.get().chunkBytes(), memory.get().capacityBytes(),
            bytes -> alone.passes(alone.withCapacity(device, bytes)));
    }

    /** The question for the tasks alone that share devices with one, since others neither delay them nor are delayed. */
    private Sensitivity of(final List<Integer> group) {
        return group.size() == set.tasks().size() ? this : new Sensitivity(test, SharingGroups.subset(set, group));
    }

    private List<Integer> group(final int task) {
        return SharingGroups.of(set).stream().filter(group -> group.contains(task)).findFirst().orElseThrow();
    }

    /**
     * Finds the largest factor by which all that the platform takes can grow: stall curves and the fixed allowance.
     *
     * @return the factor, at most 1000; empty when the platform takes nothing, or no factor from one millionth on passes
     */
    public OptionalDouble largestCurveFactor() {
        final Overheads machine = set.overheads();
        return machine.supply().isNone() && machine.stallNs() == 0 ? OptionalDouble.empty()
            : factor(parts -> passes(withStalls(parts)));
    }

    private TaskSet withStalls(final long parts) {
        final Overheads machine = set.overheads();
        final Overheads more = new Overheads(machine.releaseJitterNs(), machine.sporadicJitterNs(), machine.dispatchNs(),
            machine.dispatchPerTaskNs(), machine.handOffNs(), machine.completionNs(), machine.preemptionNs(), machine.childCallNs(),
            scaled(machine.stallNs(), parts), machine.supply().scaled(parts, PARTS));
        return new TaskSet(set.name(), set.policy(), more, set.platform(), set.tasks());
    }

    private OptionalDouble factor(final int task) {
        return factor(parts -> passes(withFactor(task, parts)));
    }

    private static OptionalDouble factor(final LongPredicate passes) {
        if (!passes.test(1)) {
            return OptionalDouble.empty();
        }
        long good = 1;
        long bad = MOST_FACTOR + 1;
        while (bad - good > 1) {
            final long middle = good + (bad - good) / 2;
            if (passes.test(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return OptionalDouble.of((double) good / PARTS);
    }

    private static OptionalLong least(final long from, final long to, final LongPredicate passes) {
        if (!passes.test(to)) {
            return OptionalLong.empty();
        }
        long bad = from - 1;
        long good = to;
        while (good - bad > 1) {
            final long middle = bad + (good - bad) / 2;
            if (passes.test(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return OptionalLong.of(good);
    }

    private boolean uses(final int task, final int device) {
        return set.tasks().get(task).segments().stream().anyMatch(segment -> segment.device() == device
            || segment.offer().isPresent() && segment.offer().get().device() == device);
    }

    private boolean passes(final TaskSet changed) {
        return test.analyze(changed).schedulable();
    }

    private TaskSet withFactor(final int which, final long parts) {
        final List<Task> tasks = new ArrayList<>(set.tasks());
        for (int i = 0; i < tasks.size(); i++) {
            if (which >= 0 && which != i) {
                continue;
            }
            final Task task = tasks.get(i);
            final List<Segment> segments = new ArrayList<>();
            for (final Segment segment : task.segments()) {
                segments.add(segment.withWcetNs(scaled(segment.wcetNs(), parts)).withOffer(
                    segment.offer().map(offer -> new Offer(offer.device(), scaled(offer.wcetNs(), parts)))));
            }
            tasks.set(i, task.withSegments(segments).withReclaim(task.reclaim().map(budget -> new Reclaim(
                scaled(budget.timeNs(), parts), budget.substitutions(), scaled(budget.largestNs(), parts)))));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    private static long scaled(final long ns, final long parts) {
        final long whole = Saturating.multiply(ns / PARTS, parts);
        final long rest = Saturating.ceilDivide(ns % PARTS * parts, PARTS);
        return Math.min(Limits.MAX_TIME_NS, Saturating.add(whole, rest));
    }

    private TaskSet withPeriod(final int which, final long ns) {
        final List<Task> tasks = new ArrayList<>(set.tasks());
        final Task task = tasks.get(which);
        tasks.set(which, task.withTimesNs(ns, Math.min(task.deadlineNs(), ns), Math.min(task.jitterNs(), ns)));
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    private TaskSet withCapacity(final int device, final long bytes) {
        final List<DeviceSpec> devices = new ArrayList<>(set.platform().devices());
        final DeviceMemory old = devices.get(device).memory().orElseThrow();
        devices.set(device, devices.get(device).withMemory(old.withCapacityBytes(bytes)));
        return new TaskSet(set.name(), set.policy(), set.overheads(), new Platform(devices), set.tasks());
    }
}
