package org.tactus;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the rooms of core to the table of the README: who may use whom. */
class ArchitectureTest {
    private static final String ROOT = "org.tactus.";
    private static final String FACADE = "";
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
        Map.entry("time", Set.of()),
        Map.entry("supply", Set.of("time")),
        Map.entry("model", Set.of("supply", "time")),
        Map.entry("format", Set.of("model", "supply", "time")),
        Map.entry("analysis", Set.of("model", "supply", "time")),
        Map.entry("plan", Set.of("model", "analysis", "supply", "time")),
        Map.entry("policy", Set.of("model", "time")),
        Map.entry("trace", Set.of("model", "time")),
        Map.entry("sim", Set.of("policy", "trace", "model", "supply", "time")),
        Map.entry("bindings", Set.of()),
        Map.entry("memory", Set.of("bindings", "time")),
        Map.entry("inference", Set.of("bindings", "model", "time")),
        Map.entry("device", Set.of("memory", "inference", "bindings", "model", "time")),
        Map.entry("kernel", Set.of("policy", "device", "trace", "model", "supply", "time")),
        Map.entry(FACADE, Set.of("time", "supply", "model", "format", "analysis", "plan", "policy", "trace", "sim", "bindings", "memory",
            "inference", "device", "kernel")),
        Map.entry("measure", Set.of(FACADE, "kernel", "device", "memory", "inference", "bindings", "format", "trace", "policy", "model",
            "supply", "time")));

    private final JavaClasses classes =
        new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.tactus");

    /** The room of a class; the facade's name is empty. */
    private static String room(final JavaClass type) {
        final String name = type.getPackageName();
        if (!name.startsWith(ROOT)) {
            return "";
        }
        final int end = name.indexOf('.', ROOT.length());
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
    void shouldStandInTheTableWhenARoomExists() {
        final Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> rooms.add(room(type)));
        rooms.removeAll(MAY_USE.keySet());
        assertTrue(rooms.isEmpty(), "rooms without a line in the table: " + rooms);
    }

    @Test
    void shouldHaveNoCyclesWhenRoomsDependOnEachOther() {
        slices().matching("org.tactus.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void shouldKnowNoThreadAndNoClockWhenItDecides() {
        for (final JavaClass type : classes) {
            if (room(type).equals("policy") || room(type).equals("analysis")) {
                for (final Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    final String target = dependency.getTargetClass().getFullName();
                    assertTrue(!target.equals("java.lang.Thread") && !target.startsWith("java.util.concurrent.locks")
                        && !target.equals("org.tactus.internal.time.Clock"), dependency.getDescription());
                }
            }
        }
    }
}
