package org.tactus.analysis;

import java.util.List;
import java.util.OptionalLong;

/**
 * Why a task's bound is what it is.
 *
 * @param responseNs     the response that the terms add up to, nanoseconds: the bound where there is one; else what the same
 *                       formula gives past the deadline; empty where it gives no finite value
 * @param firstFailingNs the first point in time, counted from the start of the examined window, at which the demand proves to
 *                       be more than there is time for; empty when the task passes
 * @param terms          the addends, largest first; empty where there is no finite value
 * @param sentence       one sentence for people
 */
public record Explanation(OptionalLong responseNs, OptionalLong firstFailingNs, List<Term> terms, String sentence) {

    /** Copies the list. */
    public Explanation {
        terms = List.copyOf(terms);
    }

    /**
     * What the platform takes from the examined window.
     *
     * @return nanoseconds
     */
    public long platformNs() {
        return terms.stream().filter(term -> term.kind() == Term.Kind.STALL).mapToLong(Term::ns).sum();
    }
}
