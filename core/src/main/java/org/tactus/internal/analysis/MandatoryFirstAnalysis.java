// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.Verdict;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * {@code sam-mand-first}: one device on which mandatory parts go before all optional ones, each class by deadline, and whose segments may
 * have levels. Two demand tests with first levels: (M) of the mandatory parts, which any optional segment may block, and (O) of whole jobs,
 * which every mandatory part that arrives delays. What is bounded is the deadline. Ours, after what is known of DNN-SAM (RTAS 2022), whose
 * equations were not seen; proof: {@code docs/proofs/schedulability.md}, section 11.
 */
final class MandatoryFirstAnalysis implements OfPolicy {
    private static final long MOST_STEPS = 1 << 22;

    @Override
    public String name() {
        return "sam-mand-first";
    }

    @Override
    public PolicyKind policy() {
        return PolicyKind.EDF_MANDATORY_FIRST;
    }

    @Override
    public String applies(final TaskSet set) {
        return Applicability.first(List.of(
            () -> Applicability.policy(name(), set, PolicyKind.EDF_MANDATORY_FIRST),
            () -> Applicability.measured(name(), set),
            () -> Applicability.oneDevice(name(), set),
            () -> Applicability.noPreemption(name(), set),
            () -> Applicability.noSwap(name(), set)));
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        Verdicts.require(this, set);
        final DeviceModel model = new DeviceModel(set, IntStream.range(0, set.tasks().size()).toArray());
        final Parts parts = new Parts(model);
        final long[] bounds = model.deadline.clone();
        if (model.tasks == 0) {
            return Verdicts.of(name(), set, model.order, bounds, -1, i -> {
                throw new IllegalStateException("nothing was bounded");
            });
        }
        final ProcessorDemand mandatory = parts.mandatory();
        final ProcessorDemand whole = parts.whole();
        final ProcessorDemand.Answer first = mandatory.decide(MOST_STEPS);
        final ProcessorDemand.Answer answer = first == ProcessorDemand.Answer.HOLDS ? whole.decide(MOST_STEPS) : first;
        if (answer == ProcessorDemand.Answer.HOLDS) {
            return Verdicts.of(name(), set, model.order, bounds, -1, i -> explain(model, i));
        }
        Arrays.fill(bounds, Long.MAX_VALUE);
        final String load = Sentences.load(model.device(), model.load(model.tasks - 1));
        final String who = first == answer ? "the mandatory parts" : "whole jobs";
        final long failingNs = (first == answer ? mandatory : whole).failingNs();
        final String why = answer == ProcessorDemand.Answer.GAVE_UP
            ? who + " are undecided: gave up after " + MOST_STEPS + " steps; " + load
            : who + " may need more time than there is" + (failingNs > 0 ? " by " + Sentences.duration(failingNs)
            + " after the device became busy" : "") + "; " + load + "; shrink segments or lengthen periods";
        final TaskVerdict[] tasks = new TaskVerdict[set.tasks().size()];
        for (int i = 0; i < tasks.length; i++) {
            final Task task = set.tasks().get(i);
            tasks[i] = task.isBestEffort() ? TaskVerdict.bestEffort(task.name())
                : new TaskVerdict(task.name(), TaskVerdict.UNBOUNDED, task.deadlineNs(), () -> new Explanation(
                    OptionalLong.empty(), OptionalLong.of(task.deadlineNs()), List.of(), task.name() + " is not bounded: " + why));
        }
        return Verdict.not(name(), Arrays.asList(tasks), answer == ProcessorDemand.Answer.GAVE_UP, () -> why);
    }

    private static Explanation explain(final DeviceModel model, final int i) {
        final long platformNs = model.stalled().finish(model.cost[i]) - model.cost[i];
        final List<Term> terms = List.of(Term.own(Term.Kind.OWN, model.cost[i] - model.overhead(i)),
            Term.own(Term.Kind.OVERHEAD, model.overhead(i)), Term.own(Term.Kind.JITTER, model.jitter[i]),
            Term.own(Term.Kind.STALL, platformNs), new Term(Term.Kind.DEMAND, "", model.device(), 1,
                model.deadline[i] - model.cost[i] - model.jitter[i] - platformNs));
        final Explanation plain = Sentences.explain(model.name(i), model.deadline[i], model.deadline[i], 0, terms);
        return new Explanation(plain.responseNs(), plain.firstFailingNs(), plain.terms(),
            Sentences.levels(model.name(i), model.deadline[i]));
    }

    /** The costs of the two parts of each rank's job, with first levels. */
    static final class Parts {
        private final DeviceModel model;
        final long[] mandatory;
        final long[] optional;
        private final long[] longestMandatory;
        private final long[] longestOptional;

        Parts(final DeviceModel model) {
            this.model = model;
            mandatory = new long[model.tasks];
            optional = new long[model.tasks];
            longestMandatory = new long[model.tasks];
            longestOptional = new long[model.tasks];
            for (int i = 0; i < model.tasks; i++) {
                for (final Segment segment : model.set.tasks().get(model.order[i]).segments()) {
                    final long cost = Saturating.add(segment.wcetNs(), model.overheadEach);
                    final long[] sum = segment.optional() ? optional : mandatory;
                    final long[] longest = segment.optional() ? longestOptional : longestMandatory;
                    sum[i] = Saturating.add(sum[i], cost);
                    longest[i] = Math.max(longest[i], cost);
                }
            }
        }

        /** (M): mandatory parts that are due by d, blocked by any optional segment or by a mandatory one that is due later. */
        ProcessorDemand mandatory() {
            final long blocking = Math.max(model.alwaysNs, Arrays.stream(longestOptional).max().orElse(0));
            return new ProcessorDemand(jobs(model.period, model.deadline, model.jitter, mandatory),
                new Blockers(until(), longestMandatory, blocking));
        }

        /** (O): optional parts that are due by d, and every mandatory part that arrives by d, as if it were due on arrival. */
        ProcessorDemand whole() {
            final int n = model.tasks;
            final long[] due = Arrays.copyOf(new long[n], 2 * n);
            System.arraycopy(model.deadline, 0, due, n, n);
            long earliestNs = Long.MAX_VALUE;
            for (int i = 0; i < n; i++) {
                earliestNs = optional[i] > 0 ? Math.min(earliestNs, model.deadline[i] - model.jitter[i]) : earliestNs;
            }
            if (earliestNs == Long.MAX_VALUE) {
                return mandatory(); // no job has an optional part
            }
            return new ProcessorDemand(jobs(twice(model.period, model.period), due, twice(model.jitter, model.jitter),
                twice(mandatory, optional)), new Blockers(until(), longestOptional, model.alwaysNs), earliestNs);
        }

        private long[] until() {
            final long[] until = new long[model.tasks];
            Arrays.setAll(until, i -> model.deadline[i] - model.jitter[i]);
            return until;
        }

        private static long[] twice(final long[] one, final long[] other) {
            final long[] both = Arrays.copyOf(one, one.length + other.length);
            System.arraycopy(other, 0, both, one.length, other.length);
            return both;
        }

        private DeadlineBusyPeriods.Jobs jobs(final long[] period, final long[] deadline, final long[] jitter, final long[] cost) {
            return new DeadlineBusyPeriods.Jobs(period, deadline, jitter, cost, new long[period.length], model.stalled(), false);
        }
    }
}
