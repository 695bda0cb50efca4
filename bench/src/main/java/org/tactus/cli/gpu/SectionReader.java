// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads sections and facts back from a report for programs, as a process that ran one section left it. */
final class SectionReader {
    private final Map<String, String> facts = new HashMap<>();
    private final List<Section> sections = new ArrayList<>();

    private SectionReader() {
    }

    /**
     * Reads a report.
     *
     * @param file a {@link GpuReport#JSON_FILE}
     * @return the facts and sections in it; of a section without rows the names of its columns are lost
     * @throws IOException when it cannot be read or is no such file
     */
    static GpuReport read(final Path file) throws IOException {
        final SectionReader reader = new SectionReader();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            expect(json.nextToken() == JsonToken.START_OBJECT, file);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                final String field = json.currentName();
                final JsonToken value = json.nextToken();
                if (field.equals("sections")) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        reader.sections.add(section(json));
                    }
                } else if (value == JsonToken.VALUE_STRING) {
                    reader.facts.put(field, json.getText());
                } else {
                    json.skipChildren();
                }
            }
        }
        return new GpuReport(reader.facts, reader.sections, List.of());
    }

    private static void expect(final boolean condition, final Path file) throws IOException {
        if (!condition) {
            throw new IOException(file + " holds no report of verify-gpu");
        }
    }

    private static Section section(final JsonParser json) throws IOException {
        final Map<String, String> texts = new HashMap<>();
        final List<String> columns = new ArrayList<>();
        final List<List<Object>> rows = new ArrayList<>();
        long tookNs = 0;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            final String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "rows" -> {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        rows.add(row(json, rows.isEmpty() ? columns : new ArrayList<>()));
                    }
                }
                case "tookNs" -> tookNs = json.getLongValue();
                default -> texts.put(field, json.getText());
            }
        }
        return new Section(texts.get("name"), Section.Outcome.valueOf(texts.get("outcome").toUpperCase(Locale.ROOT)),
            texts.get("sentence"), columns, rows, texts.get("text"), tookNs);
    }

    private static List<Object> row(final JsonParser json, final List<String> columns) throws IOException {
        final List<Object> values = new ArrayList<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            columns.add(json.currentName());
            values.add(switch (json.nextToken()) {
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NUMBER_INT -> json.getLongValue();
                case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                default -> json.getText();
            });
        }
        return values;
    }
}
