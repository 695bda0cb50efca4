// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tactus.format.MachineName;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;

/**
 * The results of one machine as {@code MACHINE.md} for people and {@code MACHINE.json} for programs: conditions, then sections in order.
 * A benchmark adds what it measured by a section of its own.
 *
 * @param conditions how it was measured, by name
 * @param sections   in the order of the report
 */
record MachineReport(Map<String, String> conditions, List<Section> sections) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /**
     * A part of a report.
     *
     * @param key   name of its object in the JSON file
     * @param title headline
     * @param text  what the tables show; may be empty
     * @param tables in order
     * @param json   writes the fields of its object
     */
    record Section(String key, String title, String text, List<Table> tables, JsonFields json) {
    }

    /** Writes the fields of an object that has been begun. */
    @FunctionalInterface
    interface JsonFields {
        void write(JsonGenerator json) throws IOException;
    }

    /**
     * A table.
     *
     * @param header names of the columns
     * @param rows   cells
     */
    record Table(List<String> header, List<List<String>> rows) {
        String markdown() {
            final StringBuilder text = new StringBuilder(line(header) + "|---".repeat(header.size()) + "|\n");
            rows.forEach(row -> text.append(line(row)));
            return text.toString();
        }

        private static String line(final List<String> cells) {
            return "| " + String.join(" | ", cells) + " |\n";
        }
    }

    /** Processor and number of cores, without the host's name. */
    static String machine() {
        final String name = MachineName.current();
        return name.substring(name.indexOf('(') + 1, name.length() - 1);
    }

    /** A file's name for a machine: small letters, digits and hyphens. */
    static String slug(final String machine) {
        return machine.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    String markdown() {
        final StringBuilder text = new StringBuilder("# Tactus beside its peers: " + machine() + "\n\n");
        conditions.forEach((name, value) -> text.append("- ").append(name).append(": ").append(value).append('\n'));
        for (final Section section : sections) {
            text.append("\n## ").append(section.title()).append('\n');
            if (!section.text().isEmpty()) {
                text.append('\n').append(section.text()).append('\n');
            }
            section.tables().forEach(table -> text.append('\n').append(table.markdown()));
        }
        return text.toString();
    }

    String json() throws IOException {
        final StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("machine", machine());
            json.writeObjectFieldStart("conditions");
            for (final Map.Entry<String, String> condition : conditions.entrySet()) {
                json.writeStringField(condition.getKey(), condition.getValue());
            }
            json.writeEndObject();
            for (final Section section : sections) {
                json.writeObjectFieldStart(section.key());
                section.json().write(json);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    /**
     * Writes both files.
     *
     * @param folder is made when it does not exist
     * @return the file for people
     * @throws IOException when one cannot be written
     */
    Path write(final Path folder) throws IOException {
        OutputFolder.make(folder);
        final Path file = folder.resolve(slug(machine()) + ".md");
        WholeFile.write(file, markdown());
        WholeFile.write(folder.resolve(slug(machine()) + ".json"), json());
        return file;
    }
}
