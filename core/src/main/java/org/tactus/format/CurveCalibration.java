package org.tactus.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tactus.supply.StallCurve;

/**
 * The stall curve of a core, or of several together, as a sentinel measured it: learnt on one stretch of time, held against another.
 *
 * @param cores       one core, or those of which at least one is stalled
 * @param curve       what is charged: the learnt curve times the factor
 * @param learntNs    how long it was learnt, nanoseconds
 * @param validatedNs how long the stretch was that it was held against, nanoseconds
 * @param within      share of that stretch's windows within the curve, of the window length with the least such share
 * @param factor      by which the learnt curve was enlarged, in thousandths
 * @param longestNs   the longest single gap that was seen, nanoseconds
 * @param thresholdNs shorter gaps were not seen, nanoseconds
 * @param causes      what the system says of the stretches, such as steal, in nanoseconds or counts
 */
public record CurveCalibration(
    List<Integer> cores, StallCurve curve, long learntNs, long validatedNs, double within, long factor, long longestNs, long thresholdNs,
    Map<String, String> causes) {

    /** Copies the collections. */
    public CurveCalibration {
        cores = List.copyOf(cores);
        causes = Map.copyOf(causes);
    }

    static CurveCalibration read(final YamlValue value) {
        final YamlMap map = value.map(FileSection.CALIBRATED_CURVE);
        final List<Integer> cores = new ArrayList<>();
        for (final YamlValue core : map.need("cores", "'cores: [1]'").list()) {
            cores.add((int) core.integer(0, 1023));
        }
        if (cores.isEmpty()) {
            throw value.error("'cores' names no core; write 'cores: [1]'");
        }
        return new CurveCalibration(cores, CurveFormat.curve(map.need("curve", "'curve: [[1000000, 1000000]]'")),
            map.durationNs("learnt", 0), map.durationNs("validated", 0), map.find("within").map(YamlValue::decimal).orElse(0.0),
            map.find("factor").map(factor -> factor.integer(0, 1_000_000)).orElse(1_000L), map.durationNs("longest", 0),
            map.durationNs("threshold", 0), map.find("causes").map(YamlValue::texts).orElse(Map.of()));
    }

    Map<String, Object> entries() {
        final Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("cores", cores);
        entries.put("curve", CurveFormat.numbers(curve));
        entries.put("learnt", learntNs + "ns");
        entries.put("validated", validatedNs + "ns");
        entries.put("within", within);
        entries.put("factor", factor);
        entries.put("longest", longestNs + "ns");
        entries.put("threshold", thresholdNs + "ns");
        if (!causes.isEmpty()) {
            entries.put("causes", new TreeMap<>(causes));
        }
        return entries;
    }
}
