// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import org.tactus.internal.policy.OfferLedger;
import org.tactus.internal.remote.OfferDriver;
import org.tactus.internal.remote.RoundTrips;
import org.tactus.model.Task;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * Adds up what came of a task's offers. Two threads count on their own: the one that sends, from its first nominal release until it ended,
 * and the task's home, which goes on for as long as closing the link takes, or ends while an offer waits for its answer. With what lies
 * between the two ends in {@code unsent} and {@code open}, the counts of a task are one sum: {@code offered + unsent = used + fallbacks +
 * skipped + open}.
 */
final class OfferSum {
    private OfferSum() {
    }

    /**
     * The counts of a task whose offers and whose jobs have ended.
     *
     * @param each  its offers
     * @param local what its home counted
     */
    static RunResult.Offers of(final OfferDriver.Offered each, final TaskResult local) {
        final OfferLedger ledger = each.ledger();
        final Task.Remote remote = each.task().remote().orElseThrow();
        final long used = ledger.count(OfferLedger.USED);
        final long handled = ledger.sent() + ledger.unsendable() + each.unoffered();
        final long decided = used + local.released() + local.skipped(); // of an answer in time the home need not have taken note
        final long behind = Math.max(0, decided - handled);
        final long[] trips = each.roundTrips().sorted();
        return new RunResult.Offers(each.task().name(), ledger.sent(), ledger.unsendable() + each.unoffered() + behind, used,
            local.released(), ledger.count(OfferLedger.LATE), ledger.count(OfferLedger.DUPLICATE) + ledger.count(OfferLedger.STALE)
                + ledger.count(OfferLedger.UNSENT), ledger.refused(), Math.max(0, handled - decided),
            (used * remote.gain() + local.jobs() * remote.localGain()) / (used + local.jobs()), RoundTrips.quantileNs(trips, 0.5),
            RoundTrips.quantileNs(trips, 0.99));
    }
}
