// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.result.Stall;

/** Says why the bounds of a run do not hold because moves of chunks took longer than they are charged. */
public final class MovesVoid {
    /** What each of the half sentences begins with. */
    public static final String BEGIN = "moves on ";

    private MovesVoid() {
    }

    /** Moves of one task in one direction. */
    private static final class Moves {
        private int count;
        private double largestShare;
    }

    /**
     * Names the moves of a device that neither the platform's stalls nor what a stall curve allows explains. Stalls explain no more than
     * what they took, and those of other devices nothing.
     *
     * @param device    the device's name
     * @param others    the names of the other devices
     * @param longMoves those that took longer than they are charged and were kept
     * @param count     how many there were
     * @param names     by generation, the names of all tasks of the run
     * @param zeroNs    time zero in the clock of the moves
     * @param stalls    all stalls of the run, in times since zero
     * @param awayNs    the most that a core of the device may be away in a window, which the bounds hold besides
     * @return half a sentence; empty when all moves kept to their charge
     */
    public static String text(
        final String device, final Set<String> others, final List<SwapCounts.LongMove> longMoves, final long count,
        final Map<Integer, String> names, final long zeroNs, final List<Stall> stalls, final LongUnaryOperator awayNs) {
        final Map<String, Moves> found = new LinkedHashMap<>();
        for (final SwapCounts.LongMove move : longMoves) {
            final long beginNs = move.beganNs() - zeroNs;
            final long endNs = beginNs + move.tookNs();
            // Several may have seen one stall, so the largest sum of one that watched.
            final long takenNs = stalls.stream()
                .filter(stall -> stall.isOfPlatform() && !others.contains(stall.where()) && stall.atNs() < endNs && beginNs < stall.endNs())
                .collect(Collectors.groupingBy(stall -> stall.where() + ' ' + stall.cause(), Collectors.summingLong(Stall::takenNs)))
                .values().stream().mapToLong(Long::longValue).max().orElse(0);
            if (move.tookNs() - move.allowedNs() > Math.max(takenNs, awayNs.applyAsLong(move.tookNs()))) {
                final Moves moves = found.computeIfAbsent(
                    (move.in() ? "loads of " : "evictions of ") + names.getOrDefault(move.generation(), "a task that is gone"),
                    key -> new Moves());
                moves.count++;
                moves.largestShare = Math.max(moves.largestShare, (double) move.tookNs() / Math.max(1, move.allowedNs()));
            }
        }
        final Stream<String> named = found.entrySet().stream().map(
            entry -> entry.getKey() + (entry.getValue().count == 1 ? " once" : " " + entry.getValue().count + " times")
                + String.format(Locale.ROOT, " (up to %.0f %%)", 100 * entry.getValue().largestShare));
        final long rest = count - longMoves.size(); // nobody knows what explains them
        final String all = Stream.concat(named, rest == 0 ? Stream.empty() : Stream.of(rest + " later ones, of which nothing was kept"))
            .collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : BEGIN + device + " took longer than they are charged: " + all
            + "; a bound holds only while moves keep to chunkIn, chunkOut, chunkDrop and the overheads: write larger ones";
    }
}
