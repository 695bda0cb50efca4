package org.tactus.internal.runtime;

import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;

/** Whether the JVM was started with what Tactus needs of it. Any thread. */
public final class JvmFlags {
    private static final String PACKAGE = "jdk.internal.misc";

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
            return Optional.empty();
        }
        return Optional.of("the JVM must be started with " + flags(agrona)
            + " (Agrona's buffers use the JDK's internal Unsafe). With Maven put it into surefire's argLine or exec:exec's arguments, with"
            + " Gradle into jvmArgs, with java before -cp; docs/embedding.md has each");
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

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
