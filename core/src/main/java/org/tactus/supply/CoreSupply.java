package org.tactus.supply;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Which stall curve belongs to which core, and the curves of several cores together where a trace has them: at how much of a window at
 * least one of the cores is stalled. Immutable.
 *
 * @param anyCore  of a core that has none of its own
 * @param ofCore   by core
 * @param together by sets of at least two cores
 */
public record CoreSupply(StallCurve anyCore, Map<Integer, StallCurve> ofCore, Map<Set<Integer>, StallCurve> together) {
    /** Nothing is ever taken. */
    public static final CoreSupply NONE = new CoreSupply(StallCurve.NONE, Map.of(), Map.of());

    /** Copies the maps. */
    public CoreSupply {
        ofCore = Map.copyOf(ofCore);
        together = Map.copyOf(together);
    }

    /**
     * The same curve for each core.
     *
     * @param curve of one core
     * @return the supply
     */
    public static CoreSupply each(final StallCurve curve) {
        return curve.isNone() ? NONE : new CoreSupply(curve, Map.of(), Map.of());
    }

    /**
     * Curves that were measured; a core without one counts as the worst that has one.
     *
     * @param ofCore   by core
     * @param together by sets of at least two cores
     * @return the supply
     */
    public static CoreSupply measured(final Map<Integer, StallCurve> ofCore, final Map<Set<Integer>, StallCurve> together) {
        return ofCore.isEmpty() ? NONE : new CoreSupply(StallCurve.largest(List.copyOf(new TreeMap<>(ofCore).values())), ofCore, together);
    }

    /**
     * Whether nothing is ever taken.
     *
     * @return true when no core has a curve
     */
    public boolean isNone() {
        return anyCore.isNone() && ofCore.isEmpty();
    }

    /**
     * The cores that a dispatcher may run on: those that it names, else all that were measured, else one of its own that nobody shares.
     *
     * @param named  the device's cores; empty when it may run anywhere
     * @param device the device's index, which stands for the core of its own by a negative number
     * @return cores, for {@link #of}
     */
    public Set<Integer> coresOf(final List<Integer> named, final int device) {
        return !named.isEmpty() ? new TreeSet<>(named) : ofCore.isEmpty() ? Set.of(-1 - device) : new TreeSet<>(ofCore.keySet());
    }

    /**
     * How long at least one of some cores may be stalled.
     *
     * @param cores each counts once
     * @return the least that is known: the curve of them together where there is one, or the sum of theirs
     */
    public StallCurve of(final Set<Integer> cores) {
        if (isNone()) {
            return StallCurve.NONE;
        }
        final List<StallCurve> single = new ArrayList<>();
        cores.stream().sorted().forEach(core -> single.add(ofCore.getOrDefault(core, anyCore)));
        final List<StallCurve> holding = new ArrayList<>();
        holding.add(StallCurve.sum(single));
        if (cores.size() > 1) {
            together.forEach((set, curve) -> {
                if (set.containsAll(cores)) {
                    holding.add(curve);
                }
            });
        }
        return StallCurve.least(holding);
    }

    /**
     * A platform that takes more, or less.
     *
     * @param parts of {@code whole}, at least 0
     * @param whole above 0
     * @return parts / whole of every curve, rounded up
     */
    public CoreSupply scaled(final long parts, final long whole) {
        return changed(curve -> curve.scaled(parts, whole));
    }

    private CoreSupply changed(final UnaryOperator<StallCurve> change) {
        final Map<Integer, StallCurve> single = new TreeMap<>();
        ofCore.forEach((core, curve) -> single.put(core, change.apply(curve)));
        final Map<Set<Integer>, StallCurve> several = new HashMap<>();
        together.forEach((cores, curve) -> several.put(cores, change.apply(curve)));
        return new CoreSupply(change.apply(anyCore), single, several);
    }
}
