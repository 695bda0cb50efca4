// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/**
 * The word that an answer from a second machine and the release of the local fallback compete for. It holds the generation of the task,
 * the number of the offer whose fallback is released next, and whether that one and the next one were answered. The home dispatcher moves
 * the number on by one with each release; an answer sets a bit. Both do so by compare-and-set of the whole word, so of an answer and a
 * fallback exactly one comes first, and neither can be taken for one of another task of the slot.
 * <pre>
 *   63                              32 31                                  2  1  0
 *  +----------------------------------+-------------------------------------+--+--+
 *  |generation                        |number of the open offer, 30 bits    |A'|A |
 *  +----------------------------------+-------------------------------------+--+--+
 *   A: the open offer is answered     A': the one after it is answered
 * </pre>
 */
final class OfferWord {
    /** The open offer is answered. */
    static final long ANSWERED = 1;
    private static final long NEXT_ANSWERED = 2;
    private static final int NUMBER_SHIFT = 2;
    private static final long NUMBER_MASK = (1L << 30) - 1;

    private OfferWord() {
    }

    /** The word of a task that opens its first offer, number 0. */
    static long first(final int generation) {
        return (long) generation << 32;
    }

    static int generation(final long word) {
        return (int) (word >>> 32);
    }

    /** The word behind a release: the next offer is open, and answered if that came early. */
    static long next(final long word) {
        return word & ~0xFFFF_FFFFL | ((word >>> NUMBER_SHIFT) + 1 & NUMBER_MASK) << NUMBER_SHIFT | (word & NEXT_ANSWERED) >>> 1;
    }

    /** How many offers behind the open one an offer is: 0 for the open one, negative for one whose fallback was decided already. */
    static int ahead(final long word, final long number) {
        return (int) (number - (word >>> NUMBER_SHIFT) << NUMBER_SHIFT) >> NUMBER_SHIFT; // modulo 2^30, signed
    }

    /** The bit that says that an offer is answered, which is the open one (0) or the next one (1). */
    static long answered(final int ahead) {
        return ANSWERED << ahead;
    }
}
