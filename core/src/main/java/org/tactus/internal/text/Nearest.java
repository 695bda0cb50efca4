// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

import java.util.Locale;
import java.util.Optional;

/** Finds the word that a person probably meant. */
public final class Nearest {
    private static final int LONGEST = 64;

    private Nearest() {
    }

    /**
     * Says what would be right: the nearest known word, or all of them.
     *
     * @param word  what was written
     * @param known the words that exist
     * @return the end of a sentence, beginning with a semicolon
     */
    public static String hint(final String word, final String... known) {
        return meant(word, known).map(best -> "; did you mean '" + best + "'?")
            .orElseGet(() -> known.length == 1 ? "; write '" + known[0] + "'" : "; write one of " + String.join(", ", known));
    }

    /**
     * Finds the nearest known word.
     *
     * @param word  what was written
     * @param known the words that exist
     * @return the word; empty when none is near enough
     */
    public static Optional<String> meant(final String word, final String... known) {
        String best = null;
        int least = Integer.MAX_VALUE;
        for (final String candidate : known) {
            final int distance = distance(word.substring(0, Math.min(word.length(), LONGEST)), candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best != null && least <= Math.max(word.length(), best.length()) / 4 ? Optional.of(best) : Optional.empty();
    }

    /** Counts the insertions, removals, changes and swaps of neighbours between two words, whatever their case. */
    private static int distance(final String from, final String to) {
        final String a = from.toLowerCase(Locale.ROOT);
        final String b = to.toLowerCase(Locale.ROOT);
        final int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                final int change = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
