// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the rooms of core to the table of {@code docs/design.md}: who may use whom, and what an embedding program may see. */
class ArchitectureTest {
    private static final String ROOT = "org.tactus.";
    private static final String INTERNAL = ROOT + "internal.";
    private static final String FACADE = "";
    private static final int MOST_PUBLIC_TYPES = 80;
    /** What an embedding program may use. */
    private static final Set<String> PUBLIC = Set.of(FACADE, "work", "model", "supply", "format", "analysis", "result");
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
        Map.entry("internal.time", Set.of()),
        Map.entry("internal.text", Set.of()),
        Map.entry("internal.file", Set.of("bindings", "internal.text")),
        Map.entry("internal.lifecycle", Set.of()),
        Map.entry("internal.jvm", Set.of()),
        Map.entry("internal.buffer", Set.of()),
        Map.entry("bindings", Set.of()),
        Map.entry("work", Set.of("model")),
        Map.entry("supply", Set.of("internal.time")),
        Map.entry("internal.supply", Set.of("supply")),
        Map.entry("model", Set.of("supply", "internal.time")),
        Map.entry("analysis", Set.of("model", "internal.time")),
        Map.entry("format", Set.of("supply", "model", "bindings", "internal.file", "internal.text", "internal.jvm", "internal.time")),
        Map.entry("internal.analysis", Set.of("supply", "analysis", "model", "internal.time")),
        Map.entry("internal.plan", Set.of("supply", "model", "analysis", "internal.analysis", "internal.time")),
        Map.entry("internal.policy", Set.of("model", "internal.buffer", "internal.time")),
        Map.entry("internal.remote", Set.of("internal.policy", "internal.lifecycle", "internal.buffer", "model", "internal.time")),
        Map.entry("result", Set.of("model", "internal.file", "internal.text", "internal.time")),
        Map.entry("internal.event", Set.of("result", "model", "internal.buffer", "internal.file", "internal.text", "internal.time")),
        Map.entry("internal.watch", Set.of("internal.event", "bindings", "result", "model", "internal.file", "internal.text",
            "internal.time")),
        Map.entry("internal.export", Set.of("internal.event", "result", "model", "internal.file", "internal.text", "internal.time")),
        Map.entry("internal.report", Set.of("internal.event", "internal.policy", "result", "model", "internal.time")),
        Map.entry("internal.sim", Set.of("supply", "internal.supply", "internal.policy", "internal.event", "internal.report",
            "result", "model", "internal.time")),
        Map.entry("internal.memory", Set.of("bindings", "internal.file", "internal.lifecycle", "internal.time")),
        Map.entry("internal.graph", Set.of("bindings", "model", "internal.file", "internal.text", "internal.time")),
        Map.entry("internal.ptx", Set.of("internal.graph", "bindings")),
        Map.entry("internal.network", Set.of("internal.graph", "bindings", "model", "internal.time")),
        Map.entry("internal.quantise", Set.of("internal.network", "internal.graph", "bindings", "model", "internal.file", "internal.time")),
        Map.entry("internal.child", Set.of("bindings")),
        Map.entry("internal.device", Set.of("internal.child", "internal.memory", "internal.network", "internal.ptx", "internal.graph",
            "internal.lifecycle", "bindings", "model", "internal.time")),
        Map.entry("internal.kernel", Set.of("supply", "internal.supply", "internal.policy", "internal.device", "internal.event",
            "internal.lifecycle", "internal.buffer", "bindings", "result", "model", "internal.time")),
        Map.entry("internal.work", Set.of("work", "internal.remote", "internal.buffer", "internal.device", "internal.network",
            "internal.quantise", "internal.graph", "internal.lifecycle", "bindings", "model", "internal.time")),
        Map.entry("internal.runtime", Set.of("supply", "work", "internal.remote", "internal.kernel", "internal.work", "internal.device",
            "internal.watch", "internal.event", "internal.report", "internal.policy", "internal.analysis", "internal.memory",
            "internal.jvm", "internal.lifecycle", "internal.text", "internal.buffer", "bindings", "analysis", "format", "result",
            "model", "internal.time")),
        Map.entry("internal.measure", Set.of("supply", "internal.supply", "internal.runtime", "internal.work", "internal.kernel",
            "internal.device", "internal.child", "internal.memory", "internal.network", "internal.quantise", "internal.graph",
            "internal.lifecycle", "internal.event", "internal.policy", "bindings", "format", "result", "model", "internal.time")),
        Map.entry(FACADE, Set.of("work", "model", "format", "analysis", "result", "bindings", "internal.runtime", "internal.work",
            "internal.measure", "internal.sim", "internal.analysis", "internal.kernel", "internal.event", "internal.graph",
            "internal.jvm", "internal.watch", "internal.lifecycle", "internal.time")));

    private final JavaClasses classes =
        new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.tactus");

    /** The room of a class; the facade's name is empty. */
    private static String room(final JavaClass type) {
        final String name = type.getPackageName();
        if (!name.startsWith(ROOT)) {
            return FACADE;
        }
        final int from = name.startsWith(INTERNAL) ? INTERNAL.length() : ROOT.length();
        final int end = name.indexOf('.', from);
        return name.substring(ROOT.length(), end < 0 ? name.length() : end);
    }

    @Test
    void shouldUseOnlyItsFloorsWhenARoomDependsOnAnother() {
        final List<String> violations = new ArrayList<>();
        for (final JavaClass type : classes) {
            final String from = room(type);
            for (final Dependency dependency : type.getDirectDependenciesFromSelf()) {
                final JavaClass target = dependency.getTargetClass();
                if (!target.getPackageName().startsWith("org.tactus")) {
                    continue;
                }
                final String to = room(target);
                if (!to.equals(from) && !MAY_USE.getOrDefault(from, Set.of()).contains(to)) {
                    violations.add(from + " may not use " + (to.isEmpty() ? "the facade" : to) + ": " + dependency.getDescription());
                }
            }
        }
        assertEquals(List.of(), violations);
    }

    @Test
    void shouldSayTheSameWhenTheDesignPageListsTheRooms() throws IOException {
        final Map<String, Set<String>> page = new TreeMap<>();
        for (final String line : Files.readAllLines(Path.of("..", "docs", "design.md"))) {
            final String[] cells = line.split("\\|");
            if (cells.length == 4 && !cells[3].contains("may use") && (cells[1].contains("`") || cells[1].contains("(front door)"))) {
                for (final String room : rooms(cells[1].replace("(front door)", "front"))) {
                    page.put(room.equals("front") ? FACADE : room, rooms(cells[3]));
                }
            }
        }
        final Map<String, Set<String>> code = new TreeMap<>(MAY_USE);
        code.remove("bindings"); // another module
        code.replaceAll((room, may) -> new TreeSet<>(may));
        assertEquals(code, page);
    }

    /** Names as a cell lists them: {@code internal.kernel, .work} are two internal rooms, and {@code -} is none. */
    private static Set<String> rooms(final String cell) {
        final Set<String> names = new TreeSet<>();
        for (final String word : cell.replace("`", "").replaceAll("\\([^)]*\\)", "").split(",")) {
            final String name = word.strip();
            if (!name.equals("-")) {
                names.add(name.startsWith(".") ? "internal" + name : name);
            }
        }
        return names;
    }

    @Test
    void shouldStandInTheTableWhenARoomExists() {
        final Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> rooms.add(room(type)));
        rooms.removeAll(MAY_USE.keySet());
        assertTrue(rooms.isEmpty(), "rooms without a line in the table: " + rooms);
    }

    @Test
    void shouldHaveNoCyclesWhenRoomsDependOnEachOther() {
        slices().assignedFrom(new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(final JavaClass type) {
                return SliceIdentifier.of(room(type));
            }

            @Override
            public String getDescription() {
                return "rooms";
            }
        }).should().beFreeOfCycles().check(classes);
    }

    @Test
    void shouldKnowNoThreadAndNoClockWhenItDecides() {
        for (final JavaClass type : classes) {
            if (room(type).equals("internal.policy") || room(type).equals("internal.analysis")) {
                for (final Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    final String target = dependency.getTargetClass().getFullName();
                    assertTrue(!target.equals("java.lang.Thread") && !target.startsWith("java.util.concurrent.locks")
                        && !target.equals("org.tactus.internal.time.Clock"), dependency.getDescription());
                }
            }
        }
    }

    @Test
    void shouldNameNoHiddenTypeWhenASignatureIsExported() {
        final List<String> violations = new ArrayList<>();
        for (final JavaClass type : classes) {
            if (!isExported(type)) {
                continue;
            }
            Stream.concat(type.getRawInterfaces().stream(), type.getRawSuperclass().stream()).filter(ArchitectureTest::isHidden)
                .forEach(hidden -> violations.add(type.getName() + " extends " + hidden.getName()));
            type.getFields().stream().filter(field -> isSeen(field.getModifiers())).flatMap(field -> hidden(field.getType()))
                .forEach(hidden -> violations.add(type.getName() + " has a field of " + hidden.getName()));
            for (final JavaCodeUnit unit : type.getCodeUnits()) {
                if (isSeen(unit.getModifiers())) {
                    Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream()).flatMap(ArchitectureTest::hidden)
                        .forEach(hidden -> violations.add(unit.getFullName() + " names " + hidden.getName()));
                }
            }
        }
        assertEquals(List.of(), violations);
    }

    private static boolean isSeen(final Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static boolean isExported(final JavaClass type) {
        return PUBLIC.contains(room(type)) && !isHidden(type) && type.getModifiers().contains(JavaModifier.PUBLIC)
            && type.getEnclosingClass().map(ArchitectureTest::isExported).orElse(true);
    }

    private static boolean isHidden(final JavaClass type) {
        return type.getPackageName().startsWith("org.tactus") && !PUBLIC.contains(room(type));
    }

    private static Stream<JavaClass> hidden(final JavaType type) {
        return type.getAllInvolvedRawTypes().stream().filter(ArchitectureTest::isHidden);
    }

    @Test
    void shouldStayFewWhenPublicTypesAreCounted() {
        final List<String> exported = classes.stream().filter(type -> isExported(type) && type.getEnclosingClass().isEmpty())
            .map(JavaClass::getName).sorted().toList();
        System.out.println("public types of core: " + exported.size() + ", by room: " + exported.stream().collect(Collectors.groupingBy(
            name -> name.substring(0, name.lastIndexOf('.')), TreeMap::new, Collectors.counting())));
        assertTrue(exported.size() < MOST_PUBLIC_TYPES, exported.size() + " public types: " + exported);
    }
}
