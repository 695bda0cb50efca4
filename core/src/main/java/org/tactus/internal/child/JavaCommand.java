// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tactus.bindings.NativeCallException;

/** The command line of a child: this process's JVM with its class path and module path, and of its properties those that name libraries. */
final class JavaCommand {
    /**
     * A small heap: models pass through it once, when they are loaded. When a library breaks the process, the JVM says nothing and writes
     * no files: the parent says it, in one line.
     */
    private static final List<String> FLAGS =
        List.of("-XX:+UseSerialGC", "-Xms16m", "-Xmx1g", "-XX:-UsePerfData", "-XX:+SuppressFatalErrorMessage");
    private static final String MODULE_PATH = "jdk.module.path";
    private static final List<String> PROPERTIES = List.of("java.io.tmpdir", "java.library.path");
    private static final List<String> PREFIXES = List.of("tactus.edgetpu.", "tactus.tflite.");

    private JavaCommand() {
    }

    /** The words of the command. */
    static List<String> of(final Class<?> main, final String... arguments) {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(FLAGS);
        System.getProperties().stringPropertyNames().stream()
            .filter(name -> PROPERTIES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith)).sorted()
            .forEach(name -> words.add("-D" + name + "=" + System.getProperty(name)));
        final String modules = System.getProperty(MODULE_PATH, "");
        final String classes = System.getProperty("java.class.path", "");
        final boolean named = main.getModule().isNamed();
        words.add("--enable-native-access=" + (named ? "ALL-UNNAMED," + named(main) : "ALL-UNNAMED"));
        if (!modules.isEmpty()) {
            words.addAll(List.of("--module-path", modules, "--add-modules", "ALL-MODULE-PATH"));
        }
        if (!classes.isEmpty()) {
            words.addAll(List.of("-cp", classes));
        }
        words.addAll(named ? List.of("-m", main.getModule().getName() + '/' + main.getName()) : List.of(main.getName()));
        words.addAll(List.of(arguments));
        return words;
    }

    /** The modules of ours that call native functions. */
    private static String named(final Class<?> main) {
        return String.join(",", Stream.of(main, NativeCallException.class).map(type -> type.getModule().getName())
            .distinct().toList());
    }
}
