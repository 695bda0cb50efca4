// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;
import org.tactus.internal.time.Durations;

/** Writes the one sentence that a person reads, and sorts the terms that stand behind it. */
public final class Sentences {
    private Sentences() {
    }

    /**
     * Explains a response that has a value, within the deadline or past it.
     *
     * @param name           the task
     * @param responseNs     what the terms add up to, nanoseconds
     * @param deadlineNs     relative deadline, nanoseconds
     * @param firstFailingNs deadline of the first late job from the start of the examined window; ignored when none is late
     * @param terms          the addends, in any order; those of 0 are left out
     * @return the explanation
     */
    public static Explanation explain(final String name, final long responseNs, final long deadlineNs, final long firstFailingNs,
        final List<Term> terms) {
        final List<Term> sorted = new ArrayList<>(terms);
        sorted.removeIf(term -> term.ns() == 0);
        sorted.sort(Comparator.comparingLong(Term::ns).reversed());
        final StringBuilder text = new StringBuilder(name);
        final long excess = responseNs - deadlineNs;
        if (excess <= 0) {
            text.append(" meets its deadline: bound ").append(Durations.format(responseNs)).append(" of ")
                .append(Durations.format(deadlineNs)).append(", slack ").append(Durations.format(-excess));
        } else {
            text.append(" fails: bound ").append(Durations.format(responseNs)).append(" exceeds deadline ")
                .append(Durations.format(deadlineNs)).append(" by ").append(Durations.format(excess));
        }
        final long platformNs = terms.stream().filter(term -> term.kind() == Term.Kind.STALL).mapToLong(Term::ns).sum();
        if (platformNs > 0) {
            text.append("; ").append(Durations.format(platformNs)).append(" of the ").append(Durations.format(responseNs))
                .append(" are the platform's");
        }
        if (!sorted.isEmpty()) {
            text.append("; largest term: ").append(describe(sorted.getFirst()));
        }
        if (excess > 0) {
            text.append(remedy(sorted, excess));
        }
        return new Explanation(OptionalLong.of(responseNs), excess > 0 ? OptionalLong.of(firstFailingNs) : OptionalLong.empty(),
            sorted, text.toString());
    }

    /**
     * Explains a task that has no bound because another one has none.
     *
     * @param name       the task
     * @param culprit    the task that fails first
     * @param deadlineNs relative deadline, nanoseconds
     * @return the explanation
     */
    public static Explanation follows(final String name, final String culprit, final long deadlineNs) {
        return new Explanation(OptionalLong.empty(), OptionalLong.of(deadlineNs), List.of(),
            name + " is not bounded, because its bound needs one for " + culprit + ", which fails; mend " + culprit + " first");
    }

    /**
     * Explains a task whose bound has no finite value, or none that was found within the guard.
     *
     * @param name       the task
     * @param deadlineNs relative deadline, nanoseconds
     * @param load       what {@link #load(String, double)} says
     * @return the explanation
     */
    public static Explanation unbounded(final String name, final long deadlineNs, final String load) {
        return new Explanation(OptionalLong.empty(), OptionalLong.of(deadlineNs), List.of(),
            name + " fails: no bound was found, neither within its deadline " + Durations.format(deadlineNs) + " nor far beyond; " + load
                + "; shrink segments there, move some to another device or lengthen periods");
    }

    /**
     * Explains a task of which the test does not know whether it is bounded.
     *
     * @param name  the task
     * @param steps how many steps the test took before it gave up
     * @param load  what {@link #load(String, double)} says
     * @return the explanation
     */
    public static Explanation undecided(final String name, final long steps, final String load) {
        return new Explanation(OptionalLong.empty(), OptionalLong.empty(), List.of(),
            name + " is undecided: gave up after " + steps + " steps, with neither a bound nor a proof of a miss; " + load
                + "; shrink segments a little or choose periods that divide each other");
    }

    /**
     * Explains a task that meets its deadline because what can be due by any point in time is never more than there is time for.
     *
     * @param name       the task
     * @param deadlineNs relative deadline, nanoseconds: the bound
     * @param terms      the addends, in any order
     * @return the explanation
     */
    public static Explanation byDemand(final String name, final long deadlineNs, final List<Term> terms) {
        final Explanation plain = explain(name, deadlineNs, deadlineNs, deadlineNs, terms);
        return new Explanation(plain.responseNs(), plain.firstFailingNs(), plain.terms(), name + " meets its deadline "
            + Durations.format(deadlineNs) + ": by any point in time no more work can be due than there is time for; the device can be"
            + " busy for so long without a break that no smaller bound was searched for");
    }

    /**
     * Says that a task of a device with levels meets its deadline.
     *
     * @param name       the task
     * @param deadlineNs relative deadline, nanoseconds: the bound
     * @return the sentence without its end
     */
    static String levels(final String name, final long deadlineNs) {
        return name + " meets its deadline " + Durations.format(deadlineNs) + ", and no smaller bound is promised: larger levels are"
            + " taken as far as deadlines allow";
    }

    /** A duration as reports write it. */
    static String duration(final long ns) {
        return Durations.format(ns);
    }

    /**
     * Says how much of a device's time is asked for.
     *
     * @param device its name
     * @param share  utilisation, 1 is all of it
     * @return such as {@code gpu0 is asked for 108.0% of its time}
     */
    public static String load(final String device, final double share) {
        // Close to all of the time, as many digits as tell on which side of it.
        final double off = Math.abs(share * 100 - 100);
        int digits = 1;
        while (digits < 10 && off > 0 && off < 0.5 * Math.pow(10, -digits)) {
            digits++;
        }
        return device + " is asked for " + String.format(Locale.ROOT, "%." + digits + "f", share * 100) + "% of its time";
    }

    /**
     * Says how much of a device's time the tasks down to a rank ask for: lower ones do not delay it for long.
     *
     * @param device its name
     * @param share  utilisation by the task and those of higher priority, 1 is all of the device's time
     * @param task   the task
     * @return such as {@code gpu0 is asked for 108.0% of its time by detect and what ranks above it}
     */
    public static String load(final String device, final double share, final String task) {
        return load(device, share) + " by " + task + " and what ranks above it";
    }

    private static String describe(final Term term) {
        final StringBuilder text = new StringBuilder(term.kind().text()).append(' ').append(Durations.format(term.ns()));
        if (!term.by().isEmpty()) {
            text.append(" by ").append(term.by());
            if (term.jobs() > 1) {
                text.append(" (").append(term.jobs()).append(" times)");
            }
        }
        if (!term.where().isEmpty()) {
            text.append(" on ").append(term.where());
        }
        return text.toString();
    }

    private static String remedy(final List<Term> sorted, final long excess) {
        for (final Term term : sorted) {
            final long each = Saturating.ceilDivide(excess, Math.max(1, term.jobs()));
            final long now = term.ns() / Math.max(1, term.jobs());
            if (each >= now) {
                continue;
            }
            switch (term.kind()) {
                case INTERFERENCE -> {
                    return "; taking " + Durations.format(each) + " off the " + Durations.format(now) + " that each job of "
                        + term.by() + " takes" + (term.where().isEmpty() ? "" : " on " + term.where()) + " would do";
                }
                case OWN -> {
                    return "; taking " + Durations.format(each) + " off its own segments would do";
                }
                case BLOCKING -> {
                    return "; splitting what " + term.by() + " runs" + (term.where().isEmpty() ? "" : " on " + term.where())
                        + " into segments of at most " + Durations.format(now - each)
                        + " would do, if nothing else below blocks for longer";
                }
                default -> {
                    return "; taking " + Durations.format(each) + " off that would do";
                }
            }
        }
        return "; no single term is large enough to mend it alone";
    }
}
