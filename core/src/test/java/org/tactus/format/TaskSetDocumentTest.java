// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceKind;
import org.tactus.model.OverrunAction;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;

/** Holds docs/task-set.md to the readers: its keys, its words, its examples and its error messages. */
class TaskSetDocumentTest {
    private static final Path PAGE = Path.of("..", "docs", "task-set.md");
    private static final Pattern MARK = Pattern.compile("<!-- keys: ([A-Z_]+) -->");
    private static final Pattern ERRORS = Pattern.compile("<!-- errors: (.*) -->");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final String NEEDED = "must be given";

    private static List<String> lines;

    @TempDir
    private Path folder;

    @BeforeAll
    static void read() throws IOException {
        lines = Files.readAllLines(PAGE);
    }

    /** The rows of the table that follows a line, by their first cell's code. */
    private static Map<String, String[]> table(final int mark) {
        final Map<String, String[]> rows = new LinkedHashMap<>();
        for (int i = mark + 4; i < lines.size() && lines.get(i).startsWith("|"); i++) {
            final String[] cells = lines.get(i).split("\\|");
            final Matcher code = CODE.matcher(cells[1]);
            assertTrue(code.find(), "line " + (i + 1) + " of " + PAGE + " does not begin with a key in backquotes");
            assertEquals(null, rows.put(code.group(1), cells), "line " + (i + 1) + " of " + PAGE + " describes a key twice");
        }
        return rows;
    }

    private static Map<String, Map<String, String[]>> tables() {
        final Map<String, Map<String, String[]>> tables = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            final Matcher mark = MARK.matcher(lines.get(i));
            if (mark.matches()) {
                assertEquals(null, tables.put(mark.group(1), table(i)), "two tables for " + mark.group(1));
            }
        }
        return tables;
    }

    private static List<String> examples() {
        final List<String> examples = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals("```yaml")) {
                final int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
                examples.add(String.join("\n", lines.subList(i + 1, end)) + "\n");
            }
        }
        return examples;
    }

    @ParameterizedTest
    @EnumSource(FileSection.class)
    void shouldDescribeTheKeysOfTheReaderWhenThePageHasATable(final FileSection section) {
        final Map<String, String[]> table = tables().get(section.name());
        assertFalse(table == null, PAGE + " has no table '<!-- keys: " + section.name() + " -->'");
        assertEquals(section.keys(), List.copyOf(table.keySet()), "keys of " + section + ": the reader's, the page's");
        table.forEach((key, cells) -> {
            assertEquals(5, cells.length, key + " needs a type, a default and a meaning");
            for (final String cell : cells) {
                assertTrue(cell.isEmpty() || !cell.isBlank(), key + " has an empty cell");
            }
        });
    }

    @Test
    void shouldDescribeNoOtherMapWhenThePageHasTables() {
        final TreeSet<String> unknown = new TreeSet<>(tables().keySet());
        for (final FileSection section : FileSection.values()) {
            unknown.remove(section.name());
        }
        assertEquals(List.of(), List.copyOf(unknown));
    }

    @Test
    void shouldNameEachWordOfTheReaderWhenAKeyTakesWords() {
        words(FileSection.TASK_SET, "policy", DeviceReader.words(PolicyKind.values(), PolicyKind::text));
        words(FileSection.DEVICE, "kind", DeviceReader.words(DeviceKind.values(), DeviceKind::text));
        words(FileSection.DEVICE, "protocol", DeviceReader.words(SwapProtocol.values(), SwapProtocol::text));
        words(FileSection.DEVICE, "residency", DeviceReader.words(Residency.values(), Residency::text));
        words(FileSection.TASK, "onOverrun", DeviceReader.words(OverrunAction.values(), OverrunAction::text));
        words(FileSection.TASK, "onBacklog", DeviceReader.words(BacklogAction.values(), action -> action.name().toLowerCase()));
        words(FileSection.SEGMENT, "precision", DeviceReader.words(Precision.values(), Precision::text));
        words(FileSection.VARIANT, "precision", TaskReader.PRECISION);
        words(FileSection.MODEL, "zoo", ModelReader.ZOO);
        words(FileSection.MODEL, "size", ModelReader.ZOO_SIZES);
        words(FileSection.DEVICE, "link", DeviceReader.LINKS);
        words(FileSection.TASK, "release", TaskReader.RELEASE);
    }

    private static void words(final FileSection section, final String key, final Map<String, ?> words) {
        final String type = tables().get(section.name()).get(key)[2];
        final List<String> named = CODE.matcher(type).results().map(found -> found.group(1)).toList();
        assertEquals(List.copyOf(words.keySet()), named, key);
    }

    @Test
    void shouldLoadWhenAnExampleIsCopied() throws IOException {
        final List<String> examples = examples();
        assertEquals(6, examples.size());
        for (final String example : examples) {
            TaskSetFile.load(Sets.write(folder, example), Sets.options(folder));
        }
    }

    @Test
    void shouldPrintTheMessageWhenAnExampleIsMadeWrong() throws IOException {
        int tried = 0;
        for (int i = 0; i < lines.size(); i++) {
            final Matcher errors = ERRORS.matcher(lines.get(i));
            if (!errors.matches()) {
                continue;
            }
            for (final Map.Entry<String, String[]> row : table(i).entrySet()) {
                final Matcher message = CODE.matcher(row.getValue()[2]);
                assertTrue(message.find(), row.getKey());
                final String example = examples().getFirst();
                assertTrue(example.contains(errors.group(1)), errors.group(1));
                final Path file = Sets.write(folder, example.replace(errors.group(1), row.getKey()));
                final String printed = assertThrows(FileFormatException.class, () -> TaskSetFile.load(file, Sets.options(folder)),
                    row.getKey()).getMessage();
                assertEquals(message.group(1), printed.substring(printed.indexOf(": ") + 2), row.getKey());
                tried++;
            }
        }
        assertEquals(24, tried);
    }

    /** A key that the page calls needed is missed by the reader; one that has a default is not. */
    @Test
    void shouldBeMissedByTheReaderWhenThePageSaysThatItMustBeGiven() throws IOException {
        final String example = examples().getFirst();
        for (final Map.Entry<String, String[]> row : tables().get(FileSection.TASK.name()).entrySet()) {
            final Pattern line = Pattern.compile("(?m)^( {2}- | {4})" + row.getKey() + ": .*\\n?");
            final Matcher there = line.matcher(example);
            if (there.find() && !row.getKey().equals("segments") && !row.getKey().equals("model")) {
                final String without = example.substring(0, there.start())
                    + (there.group(1).contains("-") ? "  - priority: 1\n" : "") + example.substring(there.end());
                final Path file = Sets.write(folder, without);
                if (row.getValue()[3].strip().startsWith(NEEDED)) {
                    final String message = assertThrows(FileFormatException.class, () -> TaskSetFile.load(file, Sets.options(folder)),
                        row.getKey()).getMessage();
                    assertTrue(message.contains("key '" + row.getKey() + "' is missing"), message);
                } else {
                    TaskSetFile.load(file, Sets.options(folder));
                }
            }
        }
    }
}
