// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** One YAML file as a tree of nodes that know their lines. Size, depth and aliases are limited before the tree is built. */
final class YamlFile {
    /** Largest file, bytes: the largest task set that the tables hold fits several times. */
    static final int MAX_BYTES = 16 << 20;
    /** Deepest nesting. */
    static final int MAX_DEPTH = 32;
    /** Most aliases. */
    static final int MAX_ALIASES = 100;

    private final String name;
    private final Node root;

    private YamlFile(final String name, final Node root) {
        this.name = name;
        this.root = root;
    }

    /**
     * Reads a file.
     *
     * @param path the file
     * @return its tree
     * @throws FileFormatException when it cannot be read or is not YAML
     */
    static YamlFile read(final Path path) {
        final String name = path.toString();
        final String text = text(path, name);
        final LoadSettings settings = LoadSettings.builder().setLabel(name).setCodePointLimit(MAX_BYTES)
            .setMaxAliasesForCollections(MAX_ALIASES).setParseComments(false).setAllowDuplicateKeys(true).build();
        try {
            checkShape(name, parser(settings, text));
            final Optional<Node> root = new Composer(settings, parser(settings, text)).getSingleNode();
            if (root.isEmpty()) {
                throw new FileFormatException(name, 1, "the file is empty; begin with 'tactus: 1'", null);
            }
            return new YamlFile(name, root.get());
        } catch (final MarkedYamlEngineException e) {
            final Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            throw new FileFormatException(name, mark.map(Mark::getLine).orElse(0) + 1,
                "this is not YAML: " + e.getProblem() + "; indent with spaces, write 'key: value', and quote special characters", e);
        } catch (final YamlVersionException e) {
            throw new FileFormatException(name, 1, "this is YAML of a version that is not known; remove the line that begins with %YAML, or"
                + " write %YAML 1.2", e);
        } catch (final YamlEngineException e) {
            throw new FileFormatException(name, unprintableLine(text),
                "this is not YAML: a character that is not text; save the file as UTF-8 text", e);
        } catch (final IndexOutOfBoundsException | IllegalArgumentException | NullPointerException e) {
            // The parser's own checks have gaps; a file must never end a program.
            throw new FileFormatException(name, 1, "this is not YAML; indent with spaces and write 'key: value'", e);
        }
    }

    /** Made of packages that the library's module exports; its shorter way, in {@code api.lowlevel}, is closed on a module path. */
    private static Parser parser(final LoadSettings settings, final String text) {
        return new ParserImpl(settings, new StreamReader(settings, text));
    }

    private static String text(final Path path, final String name) {
        if (Files.isDirectory(path)) {
            throw new FileFormatException(name, 0, "this is a directory; name a file", null);
        }
        try (InputStream in = Files.newInputStream(path)) {
            final byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new FileFormatException(name, 1, "the file is larger than " + (MAX_BYTES >> 20) + "MiB; split it", null);
            }
            final String text = decode(bytes, name);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (final NoSuchFileException e) {
            throw new FileFormatException(name, 0, "the file does not exist; check its path", e);
        } catch (final AccessDeniedException e) {
            throw new FileFormatException(name, 0, "the file may not be read; check its permissions", e);
        } catch (final IOException e) {
            throw new FileFormatException(name, 0, "the file cannot be read: " + e.getMessage(), e);
        }
    }

    private static String decode(final byte[] bytes, final String name) {
        final ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
        } catch (final CharacterCodingException e) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new FileFormatException(name, line, name.endsWith(".onnx") || name.endsWith(".tflite")
                ? "this is a network; write a task set with it: tactus init " + name + ":33ms --out set.yaml"
                : "this is not UTF-8 text; save the file as UTF-8", e);
        }
    }

    private static void checkShape(final String name, final Parser events) {
        int depth = 0;
        int aliases = 0;
        while (events.hasNext()) {
            final Event event = events.next();
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                case Alias -> aliases++;
                default -> {
                }
            }
            final int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
            if (depth > MAX_DEPTH) {
                throw new FileFormatException(name, line, "the nesting is deeper than " + MAX_DEPTH + "; a task set needs 7", null);
            }
            if (aliases > MAX_ALIASES) {
                throw new FileFormatException(name, line, "there are more than " + MAX_ALIASES + " aliases; write the values out", null);
            }
        }
    }

    private static int unprintableLine(final String text) {
        int line = 1;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (!StreamReader.isPrintable(text.codePointAt(i))) {
                return line;
            }
            line += text.charAt(i) == '\n' ? 1 : 0;
        }
        return 1;
    }

    /**
     * The file's outermost value.
     *
     * @return the root
     */
    YamlValue root() {
        return new YamlValue(this, "", root, line(root));
    }

    /**
     * Makes an error of this file.
     *
     * @param line    line from 1
     * @param problem what is wrong, what would be right
     * @param cause   what was caught, or null
     * @return the error
     */
    FileFormatException error(final int line, final String problem, final Throwable cause) {
        return new FileFormatException(name, line, problem, cause);
    }

    /**
     * Finds the line of a field, or of what encloses it where the file does not name it.
     *
     * @param field a path such as {@code tasks[2].segments[0].device}
     * @return line from 1
     */
    int lineOf(final String field) {
        Node at = root;
        int line = line(root);
        for (final String step : field.split("\\.|(?=\\[)")) {
            if (step.startsWith("[")) {
                final int index = Integer.parseInt(step.substring(1, step.length() - 1));
                if (!(at instanceof SequenceNode list) || index >= list.getValue().size()) {
                    return line;
                }
                at = list.getValue().get(index);
                line = line(at);
            } else {
                final NodeTuple entry = at instanceof MappingNode map ? entry(map, step) : null;
                if (entry == null) {
                    return line;
                }
                at = entry.getValueNode();
                line = line(entry.getKeyNode());
            }
        }
        return line;
    }

    private static NodeTuple entry(final MappingNode map, final String key) {
        for (final NodeTuple entry : map.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key)) {
                return entry;
            }
        }
        return null;
    }

    /**
     * The line where a node begins.
     *
     * @param node a node of this file
     * @return line from 1
     */
    static int line(final Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
