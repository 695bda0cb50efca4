// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.jvm;

import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;

/** Whether the JVM was started with what Tactus needs of it. Any thread. */
public final class JvmFlags {
    private static final String PACKAGE = "jdk.internal.misc";
    /** One class of each library that is an explicit module: an automatic module, as core is one, does not bring those in. */
    private static final String[] OF_EXPLICIT_MODULES = {"org.jctools.queues.varhandle.MpscVarHandleArrayQueue",
        "org.jctools.queues.MessagePassingQueue", "org.snakeyaml.engine.v2.api.LoadSettings", "com.fasterxml.jackson.core.JsonFactory"};

    private JvmFlags() {
    }

    /**
     * Refuses to go on where a flag is missing: without this check the program ends in an error of a library's static initialiser. Every
     * way into Tactus that reaches memory outside the heap calls this first.
     *
     * @throws IllegalStateException with one line that says what to add, and where; without a stack trace, which would only hide the line
     */
    public static void require() {
        missing().ifPresent(line -> {
            throw new MissingFlagsException(line);
        });
    }

    /**
     * Says which flags are missing.
     *
     * @return one line that says what to add, and where; empty when nothing is missing
     */
    public static Optional<String> missing() {
        final Module agrona = UnsafeBuffer.class.getModule();
        if (Object.class.getModule().isExported(PACKAGE, agrona)) {
            return missingModules();
        }
        return Optional.of("the JVM must be started with " + flags(agrona)
            + " (Agrona's buffers use the JDK's internal Unsafe). With Maven put it into surefire's argLine or exec:exec's arguments, with"
            + " Gradle into jvmArgs, with java before -cp; docs/embedding.md has each");
    }

    /**
     * Refuses to go on where libraries are missing that a file's reader needs, too, but no other flag.
     *
     * @throws IllegalStateException with one line that says what to add
     */
    public static void requireModules() {
        missingModules().ifPresent(line -> {
            throw new MissingFlagsException(line);
        });
    }

    private static Optional<String> missingModules() {
        if (!JvmFlags.class.getModule().isNamed()) {
            return Optional.empty();
        }
        for (final String name : OF_EXPLICIT_MODULES) {
            try {
                Class.forName(name, false, JvmFlags.class.getClassLoader());
            } catch (final ClassNotFoundException e) {
                return Optional.of("the JVM must be started with --add-modules=ALL-MODULE-PATH: the class " + name + " is not there,"
                    + " because libraries of Tactus that are explicit modules are not brought in by " + JvmFlags.class.getModule().getName()
                    + ", which is an automatic one; docs/embedding.md has the whole command");
            }
        }
        return Optional.empty();
    }

    /** The flags for a class path, or for the names of the modules that need them. */
    private static String flags(final Module agrona) {
        final Module own = JvmFlags.class.getModule();
        final String bindings = own.isNamed() ? "org.tactus.bindings" : "ALL-UNNAMED";
        return "--add-exports=java.base/" + PACKAGE + '=' + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED")
            + " --enable-native-access=" + bindings + (own.isNamed() ? " --add-modules=ALL-MODULE-PATH" : "");
    }

    private static final class MissingFlagsException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        MissingFlagsException(final String line) {
            super(line);
        }

        /** Named as the type that callers know, so that the line which the JVM prints names nothing internal. */
        @Override
        public String toString() {
            return IllegalStateException.class.getName() + ": " + getMessage();
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
