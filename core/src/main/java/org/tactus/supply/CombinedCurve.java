package org.tactus.supply;

import java.util.List;

/**
 * Several curves at once.
 *
 * @param kind  how they count
 * @param parts at least two
 */
public record CombinedCurve(Kind kind, List<StallCurve> parts) implements StallCurve {

    /** How several curves count. */
    public enum Kind {
        /** All of them. */
        SUM,
        /** The largest. */
        LARGEST,
        /** The least. */
        LEAST
    }

    /** Copies the list. */
    public CombinedCurve {
        parts = List.copyOf(parts);
    }

    static StallCurve of(final Kind kind, final List<StallCurve> parts) {
        return parts.isEmpty() ? NONE : parts.size() == 1 ? parts.getFirst() : new CombinedCurve(kind, parts);
    }

    @Override
    public long awayNs(final long windowNs) {
        long all = parts.getFirst().awayNs(windowNs);
        for (int i = 1; i < parts.size(); i++) {
            final long next = parts.get(i).awayNs(windowNs);
            all = switch (kind) {
                case SUM -> StepCurve.add(all, next);
                case LARGEST -> Math.max(all, next);
                case LEAST -> Math.min(all, next);
            };
        }
        return all;
    }

    @Override
    public double rate() {
        double all = parts.getFirst().rate();
        for (int i = 1; i < parts.size(); i++) {
            final double next = parts.get(i).rate();
            all = switch (kind) {
                case SUM -> all + next;
                case LARGEST -> Math.max(all, next);
                case LEAST -> Math.min(all, next);
            };
        }
        return all;
    }

    @Override
    public long aheadNs() {
        long all = 0;
        for (final StallCurve part : parts) {
            // Of curves that all hold, one has the least rate, and the largest of these values is not below its own.
            all = kind == Kind.SUM ? StepCurve.add(all, part.aheadNs()) : Math.max(all, part.aheadNs());
        }
        return all;
    }

    @Override
    public StallCurve scaled(final long parts, final long whole) {
        return of(kind, this.parts.stream().map(curve -> curve.scaled(parts, whole)).filter(curve -> !curve.isNone()).toList());
    }
}
