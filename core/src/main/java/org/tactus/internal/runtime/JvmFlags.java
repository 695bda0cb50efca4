package org.tactus.internal.runtime;

import org.agrona.concurrent.UnsafeBuffer;

/** Whether the JVM was started with what Tactus needs of it. Any thread. */
public final class JvmFlags {
    private static final String PACKAGE = "jdk.internal.misc";

    private JvmFlags() {
    }

    /**
     * Refuses to go on where a flag is missing: without this check the program ends in an error of a library's static initialiser.
     *
     * @throws IllegalStateException with one line that says what to add, and where
     */
    public static void require() {
        final Module agrona = UnsafeBuffer.class.getModule();
        if (!Object.class.getModule().isExported(PACKAGE, agrona)) {
            throw new IllegalStateException("the JVM must be started with " + flags(agrona)
                + " (Agrona's buffers use the JDK's internal Unsafe). With Maven put it into surefire's argLine or .mvn/jvm.config, with"
                + " Gradle into jvmArgs, with java before -cp; docs/embedding.md has each");
        }
    }

    /** The flags for a class path, or for the names of the modules that need them. */
    private static String flags(final Module agrona) {
        final Module own = JvmFlags.class.getModule();
        final String bindings = own.isNamed() ? "org.tactus.bindings" : "ALL-UNNAMED";
        return "--add-exports=java.base/" + PACKAGE + '=' + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED")
            + " --enable-native-access=" + bindings + (own.isNamed() ? " --add-modules=ALL-MODULE-PATH" : "");
    }
}
