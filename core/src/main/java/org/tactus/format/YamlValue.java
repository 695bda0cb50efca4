// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.tactus.internal.text.Nearest;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;

/**
 * A value of a YAML file: knows its name and its line, and reads itself as what the caller expects or says what it should be.
 *
 * @param file the file
 * @param name what the value is called in messages, such as {@code period}
 * @param node the node
 * @param line line from 1: that of its key, or where a list's element begins
 */
record YamlValue(YamlFile file, String name, Node node, int line) {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,256}");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,256}(\\.[0-9]{1,256})?([eE][+-]?[0-9]{1,3})?");
    private static final int LONGEST_TEXT = 4096;
    private static final int LONGEST_NUMBER = 256;
    private static final int SHOWN = 40;

    /** Makes an error in this value's line. */
    FileFormatException error(final String problem) {
        return file.error(line, problem, null);
    }

    boolean isMap() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    /** Whether it is one word or sentence, and not empty. */
    boolean isText() {
        return node instanceof ScalarNode scalar && !scalar.getValue().isBlank();
    }

    /** The same value under the name of the key that it stands for. */
    YamlValue named(final String key) {
        return new YamlValue(file, key, node, line);
    }

    /** Finds the value of a key before the map is checked. */
    Optional<YamlValue> peek(final String key) {
        if (node instanceof MappingNode mapping) {
            for (final NodeTuple entry : mapping.getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key)) {
                    return Optional.of(new YamlValue(file, key, entry.getValueNode(), YamlFile.line(scalar)));
                }
            }
        }
        return Optional.empty();
    }

    /** Checks the format version, first of all, so that a newer file is not blamed for its keys. */
    void checkVersion() {
        final Optional<YamlValue> version = peek("tactus");
        if (!isMap()) {
            throw error("the file must be a map that begins with 'tactus: 1', not " + kind());
        }
        if (version.isEmpty()) {
            throw error("key 'tactus' is missing; begin with 'tactus: 1'");
        }
        if (!version.get().text().strip().equals("1")) {
            throw version.get().error("format version '" + shown(version.get().text()) + "' is unknown; this release reads 'tactus: 1'");
        }
    }

    /** Reads a map whose keys are all among those of its section and differ. */
    YamlMap map(final FileSection section) {
        final List<String> known = section.keys();
        if (!(node instanceof MappingNode mapping)) {
            throw error(title() + " must be a map with " + String.join(", ", known) + ", not " + kind());
        }
        final Map<String, YamlValue> values = new LinkedHashMap<>();
        for (final NodeTuple entry : mapping.getValue()) {
            final int keyLine = YamlFile.line(entry.getKeyNode());
            if (!(entry.getKeyNode() instanceof ScalarNode scalar)) {
                throw file.error(keyLine, "a key must be a word, one of " + String.join(", ", known), null);
            }
            final String key = scalar.getValue();
            if (!known.contains(key)) {
                throw file.error(keyLine, "unknown key '" + shown(key) + "'" + Nearest.hint(key, known.toArray(String[]::new)), null);
            }
            final YamlValue earlier = values.put(key, new YamlValue(file, key, entry.getValueNode(), keyLine));
            if (earlier != null) {
                throw file.error(keyLine, "key '" + key + "' stands twice, first in line " + earlier.line + "; keep one", null);
            }
        }
        return new YamlMap(this, values);
    }

    /** Reads a map with keys of the writer's choice and text values. */
    Map<String, String> texts() {
        final Map<String, String> texts = new LinkedHashMap<>();
        entries().forEach((key, value) -> texts.put(key, value.text()));
        return texts;
    }

    /** Reads a map with keys of the writer's choice. */
    Map<String, YamlValue> entries() {
        if (!(node instanceof MappingNode mapping)) {
            throw error(title() + " must be a map, not " + kind());
        }
        final Map<String, YamlValue> entries = new LinkedHashMap<>();
        for (final NodeTuple entry : mapping.getValue()) {
            final int keyLine = YamlFile.line(entry.getKeyNode());
            final String key = new YamlValue(file, "a key of " + name, entry.getKeyNode(), keyLine).text();
            if (entries.put(key, new YamlValue(file, key, entry.getValueNode(), keyLine)) != null) {
                throw file.error(keyLine, "key '" + shown(key) + "' stands twice; keep one", null);
            }
        }
        return entries;
    }

    /** Reads a list; each element is named after the list. */
    List<YamlValue> list() {
        if (!(node instanceof SequenceNode sequence)) {
            throw error(title() + " must be a list, not " + kind());
        }
        final List<YamlValue> values = new ArrayList<>(sequence.getValue().size());
        for (final Node element : sequence.getValue()) {
            values.add(new YamlValue(file, "an element of " + name, element, YamlFile.line(element)));
        }
        return values;
    }

    /** Reads a text that is not empty. */
    String text() {
        if (!(node instanceof ScalarNode scalar)) {
            throw error(title() + " must be a single value, not " + kind());
        }
        final String text = scalar.getValue();
        if (text.isBlank()) {
            throw error(title() + " has no value; give one or remove the key");
        }
        if (text.length() > LONGEST_TEXT) {
            throw error(title() + " is longer than " + LONGEST_TEXT + " characters; shorten it");
        }
        return text;
    }

    /** Reads a duration in nanoseconds; not negative. */
    long durationNs() {
        final String text = number("time", "0ms");
        try {
            return Durations.parse(text);
        } catch (final IllegalArgumentException e) {
            throw file.error(line, title() + ": " + e.getMessage(), e);
        }
    }

    /** Reads a size in bytes; not negative. */
    long sizeBytes() {
        final String text = number("size", "0B");
        try {
            return Sizes.parse(text);
        } catch (final IllegalArgumentException e) {
            throw file.error(line, title() + ": " + e.getMessage(), e);
        }
    }

    private String number(final String what, final String least) {
        final String text = text();
        if (text.length() > LONGEST_NUMBER) {
            throw error(title() + ": a number of " + text.length() + " characters is too long; write a shorter one");
        }
        if (text.startsWith("-")) {
            throw error(title() + ": '" + text + "' is negative; a " + what + " is at least " + least);
        }
        return text;
    }

    /** Reads a whole number of a range. */
    long integer(final long least, final long most) {
        final String text = text().strip();
        if (!INTEGER.matcher(text).matches()) {
            throw error(title() + ": '" + shown(text) + "' is not a whole number; write one from " + least + " to " + most);
        }
        try {
            final long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (final NumberFormatException e) {
            throw file.error(line,
                title() + ": " + shown(text) + " is out of range; write a whole number from " + least + " to " + most, e);
        }
        throw error(title() + ": " + text + " is out of range; write a whole number from " + least + " to " + most);
    }

    /** Reads a decimal number that is not negative. */
    double decimal() {
        final double value = signedDecimal();
        if (text().strip().startsWith("-")) {
            throw error(title() + ": '" + shown(text()) + "' is negative; write a number from 0, such as 0.7");
        }
        return value;
    }

    /** Reads a decimal number of either sign. */
    double signedDecimal() {
        final String text = text().strip();
        if (!DECIMAL.matcher(text).matches()) {
            throw error(title() + ": '" + shown(text) + "' is not a number; write one such as 0.7");
        }
        final double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw error(title() + ": '" + shown(text) + "' is too large; write a number such as 0.7");
        }
        return value;
    }

    /** Reads one of several words. */
    <T> T oneOf(final Map<String, T> words) {
        final T value = words.get(text());
        if (value == null) {
            final String[] known = words.keySet().toArray(String[]::new);
            throw error(title() + ": '" + shown(text()) + "' is unknown" + Nearest.hint(text(), known));
        }
        return value;
    }

    private String title() {
        return name.isEmpty() ? "the file" : name;
    }

    private String kind() {
        return switch (node) {
            case MappingNode _ -> "a map";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar when scalar.getValue().isBlank() -> "nothing";
            case ScalarNode scalar -> "'" + shown(scalar.getValue()) + "'";
            default -> "this";
        };
    }

    private static String shown(final String text) {
        return text.length() <= SHOWN ? text : text.substring(0, text.offsetByCodePoints(0, SHOWN / 2)) + "...";
    }
}
