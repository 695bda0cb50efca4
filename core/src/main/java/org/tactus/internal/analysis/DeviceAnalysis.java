// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Verdict;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The tests for one device: {@code np-fp}, {@code np-edf} (one segment a task), {@code seg-fp}, {@code seg-edf} (fixed preemption
 * points), {@code fp}, {@code edf} (preemptive anywhere: for a device with full preemption, and for reference on others).
 */
final class DeviceAnalysis implements OfPolicy {
    /** How finely a job may be preempted. */
    enum Grain {
        /** Not at all: one segment a task. */
        WHOLE("np-"),
        /** Between segments. */
        SEGMENT("seg-"),
        /** Anywhere. */
        ANY("");

        private final String prefix;

        Grain(final String prefix) {
            this.prefix = prefix;
        }
    }

    private final Grain grain;
    private final PolicyKind policy;
    private final long tick;
    private final String name;
    /** Whether levels above the first are left out of sight: the caller answers for them. */
    private final boolean firstLevels;

    DeviceAnalysis(final Grain grain, final PolicyKind policy) {
        this(grain, policy, 0);
    }

    /** The test for fixed preemption points under another name, which takes each segment at its first level. */
    static DeviceAnalysis ofFirstLevels(final String name, final PolicyKind policy) {
        return new DeviceAnalysis(Grain.SEGMENT, policy, 0, name, true);
    }

    /** With tick 1 blocking is one unit shorter, as it is where every time is a whole unit; for checks only. */
    DeviceAnalysis(final Grain grain, final PolicyKind policy, final long tick) {
        this(grain, policy, tick, grain.prefix + (policy == PolicyKind.EDF ? "edf" : "fp"), false);
    }

    private DeviceAnalysis(final Grain grain, final PolicyKind policy, final long tick, final String name, final boolean firstLevels) {
        this.grain = grain;
        this.policy = policy;
        this.tick = tick;
        this.name = name;
        this.firstLevels = firstLevels;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PolicyKind policy() {
        return policy;
    }

    @Override
    public String applies(final TaskSet set) {
        String objection = Applicability.policy(name(), set, policy);
        objection = objection.isEmpty() ? Applicability.measured(name(), set) : objection;
        objection = objection.isEmpty() ? Applicability.oneDevice(name(), set) : objection;
        objection = objection.isEmpty() && grain == Grain.WHOLE ? Applicability.oneSegment(name(), set) : objection;
        objection = objection.isEmpty() && grain != Grain.ANY ? Applicability.noPreemption(name(), set) : objection;
        objection = objection.isEmpty() && !firstLevels ? Applicability.oneLevel(name(), set) : objection;
        return objection.isEmpty() ? Applicability.noSwap(name(), set) : objection;
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        Verdicts.require(this, set);
        if (set.tasks().stream().allMatch(Task::isBestEffort)) {
            return Verdicts.of(name(), set, new int[0], new long[0], -1, i -> {
                throw new IllegalStateException("nothing was bounded");
            });
        }
        return policy == PolicyKind.EDF ? earliestDeadline(set) : fixedPriority(set);
    }

    private Verdict fixedPriority(final TaskSet set) {
        final DeviceModel model = new DeviceModel(set, ChainModel.priorityOrder(set));
        final DeviceFixedPriority solver = new DeviceFixedPriority(model, grain == Grain.ANY, tick);
        final long[] bounds = solver.solve();
        int late = -1;
        int undecided = -1;
        for (int i = 0; i < bounds.length; i++) {
            late = late < 0 && bounds[i] > model.deadline[i] && !solver.isUndecided(i) ? i : late;
            undecided = undecided < 0 && solver.isUndecided(i) ? i : undecided;
        }
        if (undecided >= 0) {
            final int decisive = late >= 0 ? late : undecided;
            final IntFunction<Explanation> explain = i -> solver.isUndecided(i)
                ? Sentences.undecided(model.name(i), DeviceFixedPriority.mostSteps(),
                    Sentences.load(model.device(), model.load(i), model.name(i)))
                : new DeviceFixedPriority(model, grain == Grain.ANY, tick).explain(i);
            return late >= 0 ? Verdicts.of(name(), set, model.order, bounds, decisive, explain)
                : Verdicts.undecided(name(), set, model.order, bounds, decisive, explain);
        }
        return Verdicts.of(name(), set, model.order, bounds, firstAbove(bounds, model.deadline),
            i -> new DeviceFixedPriority(model, grain == Grain.ANY, tick).explain(i));
    }

    private Verdict earliestDeadline(final TaskSet set) {
        final DeviceModel model = new DeviceModel(set, IntStream.range(0, set.tasks().size()).toArray());
        final DeviceEdf solver = new DeviceEdf(model, grain == Grain.ANY, tick);
        final boolean good = solver.solve(0);
        final long[] bounds = solver.bounds();
        final int decisive = good ? -1 : firstAbove(bounds, model.deadline);
        final boolean gaveUp = solver.gaveUp();
        if (!good) {
            Arrays.fill(bounds, DeviceEdf.INFINITE);
        }
        if (gaveUp) {
            return Verdicts.undecided(name(), set, model.order, bounds, decisive,
                i -> Sentences.undecided(
                    model.name(i), DeviceEdf.mostSteps(), Sentences.load(model.device(), model.load(model.tasks - 1))));
        }
        return Verdicts.of(name(), set, model.order, bounds, decisive, new Explainer<>(
            () -> solved(model, decisive), (fresh, i) -> explainEdf(fresh, model, i, decisive)));
    }

    /** Solves again for explanations: past the deadline of the task that fails, if there is one. */
    private DeviceEdf solved(final DeviceModel model, final int decisive) {
        final DeviceEdf fresh = new DeviceEdf(model, grain == Grain.ANY, tick);
        if (!fresh.solve(decisive >= 0 ? Saturating.multiply(model.deadline[decisive], 64) : 0) && decisive >= 0) {
            fresh.bounds()[decisive] = DeviceEdf.INFINITE;
        }
        return fresh;
    }

    private static Explanation explainEdf(final DeviceEdf fresh, final DeviceModel model, final int i, final int decisive) {
        if (decisive >= 0 && decisive != i) {
            return Sentences.follows(model.name(i), model.name(decisive), model.deadline[i]);
        }
        final long response = fresh.bounds()[i];
        if (response == DeviceEdf.INFINITE || (decisive >= 0) != (response > model.deadline[i])) {
            return Sentences.unbounded(model.name(i), model.deadline[i], Sentences.load(model.device(), fresh.load()));
        }
        return fresh.explain(i);
    }

    private static int firstAbove(final long[] bounds, final long[] deadlines) {
        for (int i = 0; i < bounds.length; i++) {
            if (bounds[i] > deadlines[i]) {
                return i;
            }
        }
        return -1;
    }
}
