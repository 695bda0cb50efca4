// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tactus.cli.spet.SpetOptions;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.plan.Planners;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Holds docs/command-line.md to the commands and options that the program knows. */
class CommandLineDocumentTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern HEADING = Pattern.compile("##+ `(tactus [a-z -]+)`");
    private static final Pattern NAME = Pattern.compile("`(--?[a-z0-9-]+)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Set<String> ON_EVERY_COMMAND = Set.of("-h", "--help", "-V", "--version");
    private static final Set<String> FREE_WORDS = Set.of("must be given", "off", "none", "nowhere");

    /** Each command's part of the page, by its qualified name. */
    private static Map<String, List<String>> parts() throws IOException {
        final Map<String, List<String>> parts = new LinkedHashMap<>();
        List<String> part = new ArrayList<>();
        for (final String line : Files.readAllLines(DOCS.resolve("command-line.md"))) {
            final Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                part = new ArrayList<>();
                assertEquals(null, parts.put(heading.group(1), part), "two headings for " + heading.group(1));
            } else if (line.startsWith("#")) {
                part = new ArrayList<>();
            } else {
                part.add(line);
            }
        }
        return parts;
    }

    private static Map<String, CommandSpec> commands() {
        final Map<String, CommandSpec> commands = new TreeMap<>();
        collect(Main.commandLine().getCommandSpec(), commands);
        commands.remove("tactus");
        return commands;
    }

    private static void collect(final CommandSpec command, final Map<String, CommandSpec> into) {
        into.put(command.qualifiedName(), command);
        command.subcommands().values().forEach(sub -> collect(sub.getCommandSpec(), into));
    }

    /** The default that each option's row states, by the option's names. */
    private static Map<String, String> options(final List<String> part) {
        final Map<String, String> options = new TreeMap<>();
        for (final String line : part) {
            if (line.startsWith("| `-")) {
                final String[] cells = line.split("\\|");
                NAME.matcher(cells[1]).results().forEach(name -> assertEquals(null, options.put(name.group(1), cells[2].strip()), line));
            }
        }
        return options;
    }

    @Test
    void shouldNameEachCommandAndNoOtherWhenThePageHasHeadings() throws IOException {
        assertEquals(commands().keySet(), new TreeSet<>(parts().keySet()));
    }

    @Test
    void shouldNameEachOptionAndNoOtherWhenACommandHasATable() throws IOException {
        final Map<String, List<String>> parts = parts();
        commands().forEach((name, command) -> {
            final TreeSet<String> known = new TreeSet<>();
            command.options().stream().filter(option -> !option.hidden()).forEach(option -> known.addAll(List.of(option.names())));
            known.removeAll(ON_EVERY_COMMAND);
            assertEquals(known, options(parts.getOrDefault(name, List.of())).keySet(), "options of " + name);
        });
    }

    @Test
    void shouldStateTheDefaultWhenAnOptionHasOne() throws IOException {
        final Map<String, List<String>> parts = parts();
        int stated = 0;
        for (final Map.Entry<String, CommandSpec> command : commands().entrySet()) {
            final Map<String, String> options = options(parts.getOrDefault(command.getKey(), List.of()));
            for (final OptionSpec option : command.getValue().options()) {
                final String cell = options.get(option.longestName());
                if (cell == null) {
                    continue;
                }
                final String name = command.getKey() + ' ' + option.longestName();
                if (option.defaultValue() != null) {
                    assertEquals('`' + option.defaultValue() + '`', cell, name);
                    stated++;
                } else {
                    assertEquals(option.required(), cell.equals("must be given"), name);
                    assertTrue(FREE_WORDS.contains(cell) || !cell.isEmpty(), name);
                }
            }
        }
        assertTrue(stated > 40, "defaults: " + stated);
    }

    @Test
    void shouldNameEachParameterWhenACommandTakesSome() throws IOException {
        final Map<String, List<String>> parts = parts();
        commands().forEach((name, command) -> command.positionalParameters().stream()
            .filter(parameter -> parameter.arity().min() > 0 || !parameter.paramLabel().equals("<words>"))
            .forEach(parameter -> assertTrue(String.join("\n", parts.getOrDefault(name, List.of())).contains(parameter.paramLabel()),
                name + " takes " + parameter.paramLabel())));
    }

    @Test
    void shouldNameEachStrategyAndTestWhenThePagesListThem() throws IOException {
        final String plan = String.join("\n", parts().get("tactus plan"));
        Stream.concat(Planners.names().stream(), Stream.of(SpetOptions.NAME))
            .forEach(strategy -> assertTrue(plan.contains('`' + strategy + '`'), strategy));
        final List<String> named = Files.readAllLines(DOCS.resolve("analysis.md")).stream().filter(line -> line.startsWith("| `"))
            .flatMap(line -> CODE.matcher(line.split("\\|")[1]).results().map(found -> found.group(1))).toList();
        assertFalse(named.isEmpty());
        assertEquals(new TreeSet<>(Analyses.names()), new TreeSet<>(named));
    }
}
