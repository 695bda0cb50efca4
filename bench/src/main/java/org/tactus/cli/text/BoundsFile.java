// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.internal.file.WholeFile;
import org.tactus.model.TaskSet;
import org.tactus.supply.StallCurve;

/**
 * Writes {@code bounds.json} beside the results: of what each bound of a run is made, in the words of {@code analyze --format json}, and
 * the stall curves that it charges, as pairs of a window and the time away in it, nanoseconds. A report draws them.
 */
public final class BoundsFile {
    /** Name of the file. */
    public static final String NAME = "bounds.json";
    private static final double FIRST_WINDOW_NS = 1e6;
    private static final double LAST_WINDOW_NS = 1e11;
    private static final double STEP = 1.3;

    private BoundsFile() {
    }

    /**
     * Writes the file.
     *
     * @param set     the set
     * @param verdict what the analysis says of it; without one, no bound is explained
     * @param file    where; replaced when it exists
     * @throws IOException when it cannot be written
     */
    public static void write(final TaskSet set, final Optional<Verdict> verdict, final Path file) throws IOException {
        WholeFile.write(file, out -> {
            try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
                json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
                json.writeStartObject();
                json.writeStringField("test", verdict.map(Verdict::test).orElse(null));
                json.writeArrayFieldStart("explanations");
                if (verdict.isPresent()) {
                    for (final TaskVerdict task : verdict.get().tasks()) {
                        AnalysisPrinter.why(json, task);
                    }
                }
                json.writeEndArray();
                json.writeArrayFieldStart("curves");
                final Map<String, StallCurve> curves = new TreeMap<>();
                set.overheads().supply().ofCore().forEach((core, curve) -> curves.put("core " + core, curve));
                if (curves.isEmpty() && !set.overheads().supply().isNone()) {
                    curves.put("any core", set.overheads().supply().anyCore());
                }
                for (final Map.Entry<String, StallCurve> curve : curves.entrySet()) {
                    curve(json, curve.getKey(), curve.getValue());
                }
                json.writeEndArray();
                json.writeEndObject();
                json.writeRaw('\n');
            }
        });
    }

    private static void curve(final JsonGenerator json, final String name, final StallCurve curve) throws IOException {
        json.writeStartObject();
        json.writeStringField("of", name);
        json.writeArrayFieldStart("points");
        for (double windowNs = FIRST_WINDOW_NS; windowNs <= LAST_WINDOW_NS; windowNs *= STEP) {
            json.writeStartArray();
            json.writeNumber(Math.round(windowNs));
            json.writeNumber(curve.awayNs(Math.round(windowNs)));
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
