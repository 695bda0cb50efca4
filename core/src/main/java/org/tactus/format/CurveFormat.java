package org.tactus.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tactus.internal.time.Durations;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;
import org.tactus.supply.StepCurve;

/** Reads and writes what a file says of the platform's stalls. */
final class CurveFormat {
    private static final Pattern NANOSECONDS = Pattern.compile("[0-9]{1,18}");
    private static final String WORDS = "write calibrated, none, {every: 10ms, away: 3ms}, {budget: 95ms, period: 100ms} or "
        + "[[1ms, 1ms], [10ms, 3ms]]";

    private CurveFormat() {
    }

    /**
     * Reads the curve of a task set.
     *
     * @param value      the value of the key
     * @param calibrated finds the machine's curves, or fails in the value's line
     * @return of each core
     */
    static CoreSupply supply(final YamlValue value, final Function<YamlValue, CoreSupply> calibrated) {
        if (value.isMap() || value.isList()) {
            return CoreSupply.each(curve(value));
        }
        return switch (value.text()) {
            case "none" -> CoreSupply.NONE;
            case "calibrated" -> calibrated.apply(value);
            default -> throw value.error("curve: '" + value.text() + "' is unknown; " + WORDS);
        };
    }

    /** Reads a curve that is written out. */
    static StallCurve curve(final YamlValue value) {
        try {
            if (value.isList()) {
                return steps(value);
            }
            if (value.peek("budget").isPresent() || value.peek("period").isPresent()) {
                final YamlMap map = value.map(FileSection.PERIODIC_RESOURCE);
                return StallCurve.periodicResource(map.need("budget", "'budget: 95ms'").durationNs(),
                    map.need("period", "'period: 100ms'").durationNs());
            }
            final YamlMap map = value.map(FileSection.BOUNDED_DELAY);
            return StallCurve.every(map.need("every", "'every: 10ms'").durationNs(), map.need("away", "'away: 3ms'").durationNs());
        } catch (final IllegalArgumentException e) {
            throw value.error(e.getMessage());
        }
    }

    private static StallCurve steps(final YamlValue value) {
        final List<YamlValue> rows = value.list();
        if (rows.isEmpty()) {
            return StallCurve.NONE;
        }
        final long[] windows = new long[rows.size()];
        final long[] aways = new long[rows.size()];
        for (int i = 0; i < windows.length; i++) {
            final List<YamlValue> row = rows.get(i).list();
            if (row.size() != 2) {
                throw rows.get(i).error("a step of a curve has " + row.size() + " values; write a window and the time away, [10ms, 3ms]");
            }
            windows[i] = ns(row.getFirst());
            aways[i] = ns(row.getLast());
        }
        return StallCurve.steps(windows, aways);
    }

    /** A duration, or a plain number of nanoseconds, as calibrations hold them. */
    private static long ns(final YamlValue value) {
        final String text = value.text().strip();
        return NANOSECONDS.matcher(text).matches() ? Long.parseLong(text) : value.durationNs();
    }

    /** Steps as plain numbers of nanoseconds; a curve that is none of steps goes by its steps up to its horizon. */
    static List<List<Long>> numbers(final StallCurve curve) {
        final List<List<Long>> rows = new ArrayList<>();
        if (curve instanceof StepCurve steps) {
            for (int i = 0; i < steps.steps(); i++) {
                rows.add(List.of(steps.windowNs(i), steps.stepAwayNs(i)));
            }
        }
        return rows;
    }

    /** What a task set says, such that {@link #supply} reads it back equal. */
    static Object value(final CoreSupply supply) {
        if (supply.isNone()) {
            return "none";
        }
        if (!supply.ofCore().isEmpty() || !(supply.anyCore() instanceof StepCurve curve)) {
            return "calibrated";
        }
        final Map<String, Object> map = new LinkedHashMap<>();
        if (!curve.isMeasured()) {
            map.put("budget", Durations.exact(curve.tailPeriodNs() - curve.tailAwayNs()));
            map.put("period", Durations.exact(curve.tailPeriodNs()));
            return map;
        }
        if (curve.steps() == 1) {
            map.put("every", Durations.exact(curve.windowNs(0)));
            map.put("away", Durations.exact(curve.stepAwayNs(0)));
            return map;
        }
        final List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < curve.steps(); i++) {
            rows.add(List.of(Durations.exact(curve.windowNs(i)), Durations.exact(curve.stepAwayNs(i))));
        }
        return rows;
    }
}
