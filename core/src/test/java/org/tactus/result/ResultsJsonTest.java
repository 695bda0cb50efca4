package org.tactus.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.Fixtures;

class ResultsJsonTest {
    @Test
    void shouldWriteTheContractsKeysWhenAResultIsWritten() throws IOException {
        final Set<String> keys = new LinkedHashSet<>();
        final String text = json(Fixtures.result(150, null, List.of(new Stall(5, 7, "cpu0", "steal")), ""));
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    keys.add(parser.currentName());
                }
            }
        }
        assertTrue(keys.containsAll(List.of("taskSet", "policy", "test", "seed", "durationNs", "machine", "granted", "noise", "tasks",
            "name", "periodNs", "deadlineNs", "boundNs", "released", "jobs", "unfinished", "skipped", "misses", "overruns", "minNs",
            "p50Ns", "p99Ns", "p999Ns", "maxNs", "withoutStalls", "stalls", "atNs", "lengthNs", "where", "cause", "devices", "kind",
            "driver", "busyNs", "utilisation", "collector", "droppedEvents", "boundsVoid", "overheads")), keys.toString());
        assertTrue(text.endsWith("}\n"));
    }

    @Test
    void shouldWriteNullWhenJobsCannotCarryAQuantile() throws IOException {
        assertEquals(List.of("p99Ns null", "p999Ns null"), nulls(99));
        assertEquals(List.of("p999Ns null"), nulls(100));
        assertEquals(List.of("p999Ns null"), nulls(999));
        assertEquals(List.of(), nulls(1000));
        assertEquals(List.of("minNs null", "p50Ns null", "p99Ns null", "p999Ns null", "maxNs null"), nulls(0));
    }

    @Test
    void shouldWriteThePlatformWhenItBrokeItsCurve() throws IOException {
        final RunResult good = Fixtures.result(150, null, List.of(), "");
        final String none = flat(good);
        assertTrue(none.contains("\"platform\":{\"curve\":null,\"within\":true,\"gaps\":0,\"breaks\":[],\"touchedJobs\":0,"
            + "\"ofBoundsNs\":{}}"), none);
        final String broken = flat(good.withPlatform(new PlatformResult(Optional.of("calibrated"), 9,
            List.of(new PlatformResult.Break(5, 1, 41, 50, 22)), 3, Map.of("detect", 7L))));
        assertTrue(broken.contains("\"platform\":{\"curve\":\"calibrated\",\"within\":false,\"gaps\":9,\"breaks\":[{\"atNs\":5,\"core\":1,"
            + "\"awayNs\":41,\"windowNs\":50,\"allowedNs\":22}],\"touchedJobs\":3,\"ofBoundsNs\":{\"detect\":7}}"), broken);
    }

    private static String flat(final RunResult result) throws IOException {
        return json(result).replaceAll("\\s+", "");
    }

    private static List<String> nulls(final int jobs) throws IOException {
        final Set<String> found = new LinkedHashSet<>();
        try (JsonParser parser = new JsonFactory().createParser(json(Fixtures.result(jobs, null, List.of(), "")))) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_NULL && parser.currentName().endsWith("Ns")) {
                    found.add(parser.currentName() + " null");
                }
            }
        }
        return new ArrayList<>(found);
    }

    private static String json(final RunResult result) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        ResultsJson.write(result, out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
