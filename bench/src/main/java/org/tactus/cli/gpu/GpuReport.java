// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;

/**
 * What a verification found, for people and for programs.
 *
 * @param facts    which GPU, driver, machine, when
 * @param sections the parts that have ended, in the order of their running
 * @param missing  names of the parts that have not; empty when the verification is complete
 */
public record GpuReport(Map<String, String> facts, List<Section> sections, List<String> missing) {
    /** Name of the file for people. */
    public static final String TEXT_FILE = "verify-gpu.txt";
    /** Name of the file for programs. */
    public static final String JSON_FILE = "verify-gpu.json";
    private static final int INDENT = 4;
    private static final long ROUND_NS = 1_000_000;

    public GpuReport {
        sections = List.copyOf(sections);
        missing = List.copyOf(missing);
    }

    /**
     * Tells whether every check ended and none failed.
     *
     * @return true when all is good
     */
    public boolean passed() {
        return missing.isEmpty() && sections.stream().noneMatch(section -> section.outcome() == Section.Outcome.FAILED);
    }

    /**
     * Writes both files.
     *
     * @param folder made when missing
     * @throws IOException when a file cannot be written
     */
    public void write(final Path folder) throws IOException {
        OutputFolder.make(folder);
        WholeFile.write(folder.resolve(TEXT_FILE), text());
        WholeFile.write(folder.resolve(JSON_FILE), json() + "\n");
    }

    /**
     * The report for people.
     *
     * @return lines
     */
    public String text() {
        final StringBuilder text = new StringBuilder();
        final int names = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> text.append(Lines.beside(name, names, value, Terminal.width())).append(System.lineSeparator()));
        for (final Section section : sections) {
            text.append(String.format("%n%s: %s%n", section.name(), outcome(section)));
            text.append(Lines.wrap("  " + section.sentence())).append(System.lineSeparator());
            table(section, text);
            if (!section.text().isEmpty()) {
                text.append(System.lineSeparator()).append(Lines.wrap(section.text().strip())).append(System.lineSeparator());
            }
        }
        text.append(System.lineSeparator());
        summary(text);
        final long failed = sections.stream().filter(section -> section.outcome() == Section.Outcome.FAILED).count();
        final String left = missing.isEmpty() ? "" : "; without a result: " + String.join(", ", missing);
        return text.append(Lines.wrap(String.format("%n%s%n", passed() ? "verify-gpu: passed" : failed == 0 ? "verify-gpu: NOT FINISHED"
            + left
            : "verify-gpu: FAILED, " + failed + " of " + sections.size() + left))).toString();
    }

    private void summary(final StringBuilder text) {
        final int width = sections.stream().mapToInt(section -> section.name().length()).max().orElse(0);
        for (final Section section : sections) {
            text.append(String.format("%-" + Math.max(1, width) + "s  %-8s  %s%n", section.name(), outcome(section),
                section.tookNs() == 0 ? "" : Durations.format(Math.max(ROUND_NS, section.tookNs() / ROUND_NS * ROUND_NS))));
        }
    }

    private static String outcome(final Section section) {
        return section.outcome() == Section.Outcome.FAILED ? "FAILED"
            : section.outcome().name().toLowerCase(Locale.ROOT);
    }

    private static void table(final Section section, final StringBuilder text) {
        final int columns = section.columns().size();
        final List<List<String>> lines = new ArrayList<>();
        lines.add(section.columns().stream().map(GpuReport::title).toList());
        for (final List<Object> row : section.rows()) {
            final List<String> line = new ArrayList<>();
            for (int i = 0; i < columns; i++) {
                line.add(cell(section.columns().get(i), row.get(i)));
            }
            lines.add(line);
        }
        if (!section.rows().isEmpty()) {
            // Numbers to the right, words to the left.
            final String[] head = IntStream.range(0, columns).mapToObj(i -> (section.rows().getFirst().get(i) instanceof Number ? "" : " ")
                + lines.getFirst().get(i)).toArray(String[]::new);
            text.append(TextTable.text(Terminal.width() - INDENT, head,
                lines.stream().skip(1).map(line -> line.toArray(String[]::new)).toList()).indent(INDENT));
        }
    }

    private static String title(final String column) {
        return column.replaceFirst("(Ns|Bytes|GBs|Share)$", column.endsWith("GBs") ? " GB/s" : "")
            .replaceAll("([a-z])([A-Z])(?=[a-z])", "$1 $2").toLowerCase(Locale.ROOT).replace("gb/s", "GB/s").replace(" of plain",
            " / plain");
    }

    private static String cell(final String column, final Object value) {
        if (column.endsWith("Ns") && value instanceof Long ns) {
            return Durations.format(ns);
        }
        if (column.endsWith("Bytes") && value instanceof Long bytes) {
            return Sizes.format(bytes);
        }
        if (value instanceof Double number) {
            return column.endsWith("Share") ? String.format(Locale.ROOT, "%.1f %%", 100 * number)
                : String.format(Locale.ROOT, "%.2f", number);
        }
        return value instanceof Boolean flag ? flag ? "yes" : "no" : String.valueOf(value);
    }

    /**
     * The report for programs: {@code {"gpu", "driver", ..., "passed", "missing": [..],
     * "sections": [{"name", "outcome", "sentence", "text", "tookNs", "rows": [{..}]}]}}.
     *
     * @return one line
     */
    public String json() {
        final StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (final Map.Entry<String, String> fact : facts.entrySet()) {
                json.writeStringField(fact.getKey(), fact.getValue());
            }
            json.writeBooleanField("passed", passed());
            json.writeArrayFieldStart("missing");
            for (final String name : missing) {
                json.writeString(name);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("sections");
            for (final Section section : sections) {
                json.writeStartObject();
                json.writeStringField("name", section.name());
                json.writeStringField("outcome", outcome(section).toLowerCase(Locale.ROOT));
                json.writeStringField("sentence", section.sentence());
                json.writeStringField("text", section.text());
                json.writeNumberField("tookNs", section.tookNs());
                json.writeArrayFieldStart("rows");
                for (final List<Object> row : section.rows()) {
                    json.writeStartObject();
                    for (int i = 0; i < row.size(); i++) {
                        json.writeObjectField(section.columns().get(i), row.get(i));
                    }
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
