// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tactus.model.MenuOption;

/**
 * Leaves out options that cannot be needed: another one takes no more memory, no more time, blocks no longer, and has no shorter last
 * segment. Proof that nothing is lost in {@code docs/proofs/spet.md}, section 2.
 */
public final class MenuPruning {
    private static final double FIRST_MARGIN = 1.0 / 512;

    private MenuPruning() {
    }

    /**
     * Prunes a menu.
     *
     * @param menu       options
     * @param overheadNs what the machine adds to each segment, nanoseconds
     * @param objective  for {@link Objective#SEGMENTS} an option is also kept when it has fewer segments
     * @param most       limit on what is left; where exact pruning leaves more, options are dropped that another one reaches within a
     *                   margin, the least margin that is enough. At least 1
     * @return the rest, by rising cost
     */
    public static List<MenuOption> prune(final List<MenuOption> menu, final long overheadNs, final Objective objective, final int most) {
        final List<MenuOption> order = new ArrayList<>(menu);
        order.sort(Comparator.comparingLong((MenuOption o) -> o.costNs(overheadNs)).thenComparingLong(MenuOption::sramBytes)
            .thenComparingLong(MenuOption::longestNs).thenComparing(Comparator.comparingLong(MenuOption::lastNs).reversed())
            .thenComparingInt(o -> o.segments().size()).thenComparingInt(MenuOption::partials));
        List<MenuOption> left = kept(order, overheadNs, objective, 0);
        for (double margin = FIRST_MARGIN; left.size() > most; margin *= 2) {
            left = margin > 1 ? ends(left, most) : kept(order, overheadNs, objective, margin);
        }
        return left;
    }

    private static List<MenuOption> kept(final List<MenuOption> order, final long overheadNs, final Objective objective,
        final double margin) {
        final List<MenuOption> kept = new ArrayList<>();
        for (final MenuOption option : order) {
            if (kept.stream().noneMatch(other -> replaces(other, option, overheadNs, objective, margin))) {
                kept.add(option);
            }
        }
        return kept;
    }

    private static boolean replaces(final MenuOption better, final MenuOption option, final long overheadNs, final Objective objective,
        final double margin) {
        final double grown = 1 + margin;
        return better.sramBytes() <= option.sramBytes() * grown && better.costNs(overheadNs) <= option.costNs(overheadNs) * grown
            && better.longestNs() <= option.longestNs() * grown && (margin > 0 || better.lastNs() >= option.lastNs())
            && better.partials() <= option.partials()
            && (objective != Objective.SEGMENTS || better.segments().size() <= option.segments().size());
    }

    /** The cheapest ones, and in the last place the one that takes least memory. */
    private static List<MenuOption> ends(final List<MenuOption> menu, final int most) {
        final List<MenuOption> ends = new ArrayList<>(menu.subList(0, most - 1));
        ends.add(menu.stream().min(Comparator.comparingLong(MenuOption::sramBytes)).orElseThrow());
        return ends;
    }
}
