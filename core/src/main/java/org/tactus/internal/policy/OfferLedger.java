// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/**
 * The life of a task's offers as the side that sends them sees it: sent, answered in time or fallen back; answers that are late, doubled,
 * of another task or of no offer are told apart, dropped and counted. {@link OfferGate} decides between an answer and the fallback; this
 * adds what was sent and what came before. One thread at a time; allocation-free after construction.
 * <pre>
 *                  answer in time
 *   (unsent) -----&gt; SENT ----------------&gt; USED       any further answer: duplicate
 *       |              | answer behind the fallback
 *       | no room      +-----------------------&gt; DROPPED    (late)
 *       v              | the peer refuses
 *   REFUSED (link)     +-----------------------&gt; REFUSED    the fallback is released at its time
 * </pre>
 * It remembers the last {@value #REMEMBERED} offers. An answer to an older one is late, and is not told from a double of a late one.
 */
public final class OfferLedger {
    /** How many of the last offers are told apart. */
    public static final int REMEMBERED = 64;
    /** The answer is the job's result: the fallback will not run. */
    public static final int USED = 0;
    /** The fallback was released before. */
    public static final int LATE = 1;
    /** The offer was answered or refused before. */
    public static final int DUPLICATE = 2;
    /** It answers an offer of another task, of an earlier one of this name, or of a process that has ended. */
    public static final int STALE = 3;
    /** It answers an offer that was not sent. */
    public static final int UNSENT = 4;
    private static final int OUTCOMES = 5;

    private static final byte SENT = 1;
    private static final byte DONE = 2;

    private final OfferGate gate;
    private final int slot;
    private final int generation;
    private final long[] numbers = new long[REMEMBERED];
    private final byte[] states = new byte[REMEMBERED];
    private final long[] outcomes = new long[OUTCOMES];
    private long last = -1;
    private long sent;
    private long unsendable;
    private long refused;

    /**
     * Makes the ledger of a task.
     *
     * @param gate       decides between answers and fallbacks
     * @param slot       the task's slot
     * @param generation the task's generation
     */
    public OfferLedger(final OfferGate gate, final int slot, final int generation) {
        this.gate = gate;
        this.slot = slot;
        this.generation = generation;
    }

    /**
     * Notes that an offer is sent, or that there was no room for it. Each number once, ascending; numbers may be left out.
     *
     * @param number from 0, the number of the nominal release
     * @param taken  whether the link has taken it
     */
    public void sent(final long number, final boolean taken) {
        final int at = (int) number & REMEMBERED - 1;
        numbers[at] = number;
        states[at] = taken ? SENT : 0;
        last = number;
        if (taken) {
            sent++;
        } else {
            unsendable++;
        }
    }

    /**
     * Takes an answer.
     *
     * @param answered generation of the task that the answer names
     * @param number   number of the offer that it names
     * @return one of the outcomes above; only at {@link #USED} the answer is the job's result
     */
    public int answer(final int answered, final long number) {
        final int outcome = judge(answered, number);
        outcomes[outcome]++;
        return outcome;
    }

    private int judge(final int answered, final long number) {
        if (answered != generation) {
            return STALE;
        }
        if (number < 0 || number > last) {
            return UNSENT;
        }
        if (number <= last - REMEMBERED) {
            return LATE;
        }
        final int at = (int) number & REMEMBERED - 1;
        if (numbers[at] != number || states[at] == 0) {
            return UNSENT;
        }
        if (states[at] == DONE) {
            return DUPLICATE;
        }
        states[at] = DONE;
        return switch (gate.answer(slot, generation, number)) {
            case OfferGate.IN_TIME -> USED;
            case OfferGate.STALE -> STALE;
            case OfferGate.DUPLICATE -> DUPLICATE;
            default -> LATE; // AHEAD: the dispatcher is late by a period; the fallback runs, which is always sound
        };
    }

    /**
     * Notes that the peer refuses an offer: its fallback is released at its time. What {@link #answer} would not take is ignored.
     *
     * @param answered generation of the task that the refusal names
     * @param number   number of the offer that it names
     */
    public void refusal(final int answered, final long number) {
        final int at = (int) number & REMEMBERED - 1;
        if (answered == generation && number >= 0 && number <= last && numbers[at] == number && states[at] == SENT) {
            states[at] = DONE;
            refused++;
        }
    }

    /**
     * The task's generation, which an answer has to name.
     *
     * @return from 1
     */
    public int generation() {
        return generation;
    }

    /**
     * When the first fallback is released.
     *
     * @return nominal release, nanoseconds; {@code Long.MIN_VALUE} while the task is not admitted by its home, and when it is gone
     */
    public long firstNominalNs() {
        return gate.firstNominalNs(slot, generation);
    }

    /**
     * How many offers the link has taken.
     *
     * @return a count
     */
    public long sent() {
        return sent;
    }

    /**
     * For how many offers the link had no room.
     *
     * @return a count
     */
    public long unsendable() {
        return unsendable;
    }

    /**
     * How many offers the peer has refused.
     *
     * @return a count
     */
    public long refused() {
        return refused;
    }

    /**
     * How many answers had an outcome.
     *
     * @param outcome one of the outcomes above
     * @return a count
     */
    public long count(final int outcome) {
        return outcomes[outcome];
    }
}
