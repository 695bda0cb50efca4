// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.time;

/**
 * SplitMix64 (Steele, Lea and Flood 2014): spreads counters and seeds over all 64 bits, the same on every machine. Every seeded
 * number of Tactus that must be reproduced by another clock or another process goes through here. Pure; any thread.
 */
public final class SplitMix64 {
    /** The odd step between two states, 2 to the 64 over the golden ratio: consecutive states differ in about half their bits. */
    public static final long GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix64() {
    }

    /**
     * The finaliser: a bijection in which each bit of the input changes each bit of the output about half of the time.
     *
     * @param state a state, a multiple of {@link #GAMMA} beyond another
     * @return 64 scattered bits
     */
    public static long mix(final long state) {
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /**
     * Makes a share of 64 scattered bits.
     *
     * @param bits what {@link #mix} returned
     * @return from 0, included, to 1, excluded; a multiple of 2 to the -53
     */
    public static double share(final long bits) {
        return (bits >>> 11) * 0x1.0p-53;
    }
}
