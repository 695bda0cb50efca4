// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.agrona.BitUtil;
import org.tactus.model.TaskSet;

/** Loads a test with one class of the product changed at one place of its source. */
final class Mutants {
    private Mutants() {
    }

    /**
     * Compiles a changed class and loads a test that meets it in place of the right one.
     *
     * @param test   the test; its class files are loaded anew
     * @param folder where the mutant is compiled to
     * @param type   path of the class without ending, such as {@code org/tactus/internal/policy/DemandRoom}
     * @param what   what is wrong with the mutant, for messages
     * @param from   what stands in the source
     * @param to     what stands there in the mutant
     * @return the test's class, in a loader of its own
     */
    static Class<?> load(
        final Class<?> test, final Path folder, final String type, final String what, final String from, final String to)
        throws IOException, ClassNotFoundException {
        final String text = Files.readString(Path.of("src", "main", "java").resolve(type + ".java"));
        assertTrue(text.contains(from), what + ": the source has changed; mend this row");
        final Path mutant = Files.writeString(folder.resolve(type.substring(type.lastIndexOf('/') + 1) + ".java"),
            text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)));
        final String classPath = Stream.of(PolicyState.class, LevelSets.class, TaskSet.class, BitUtil.class)
            .map(Mutants::location).distinct().collect(Collectors.joining(File.pathSeparator));
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(), "-cp", classPath,
            mutant.toString()), "the mutant compiles");
        return new Loader(folder).loadClass(test.getName());
    }

    private static String location(final Class<?> type) {
        return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString();
    }

    /** Loads every class of the project anew, and the mutant's from its folder. */
    private static final class Loader extends ClassLoader {
        private final Path folder;

        Loader(final Path folder) {
            super(Mutants.class.getClassLoader());
            this.folder = folder;
        }

        @Override
        protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.tactus.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                final Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(final String name) throws ClassNotFoundException {
            final String file = name.replace('.', '/') + ".class";
            try (InputStream in = Files.exists(folder.resolve(file)) ? Files.newInputStream(folder.resolve(file))
                : getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                final byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (final IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
