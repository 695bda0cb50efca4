// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.jvm;

import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.agrona.UnsafeApi;

/** Builds and settings of the JVM that are known to corrupt memory which native code holds. Any thread. */
public final class JvmDefects {
    private static final int AFFECTED_FEATURE = 25;
    private static final int LAST_AFFECTED_UPDATE = 2;
    /** Where the elements of a byte array begin when an object's header has 8 bytes; 16 otherwise. */
    private static final int COMPACT_ARRAY_OFFSET = 12;

    private JvmDefects() {
    }

    /**
     * Says what is known against the JVM that runs this.
     *
     * @return one line that names the defect and what avoids it; empty when nothing is known
     */
    public static Optional<String> known() {
        final Runtime.Version version = Runtime.version();
        final boolean affected = version.feature() == AFFECTED_FEATURE && version.interim() == 0
            && version.update() <= LAST_AFFECTED_UPDATE;
        return known(version, affected && isG1(), UnsafeApi.arrayBaseOffset(byte[].class) == COMPACT_ARRAY_OFFSET);
    }

    /** What is known against a version under settings; the collector of a version that is not affected does not matter. */
    static Optional<String> known(final Runtime.Version version, final boolean g1, final boolean compactHeaders) {
        if (compactHeaders) {
            return Optional.of("this JVM (" + version + ") runs with compact object headers, which are known to corrupt memory that native"
                + " code holds (JDK-8380060); start it without -XX:+UseCompactObjectHeaders");
        }
        if (g1 && version.feature() == AFFECTED_FEATURE && version.interim() == 0 && version.update() <= LAST_AFFECTED_UPDATE) {
            return Optional.of("this JVM (" + version + ") is known to corrupt memory that native code holds under the G1 collector"
                + " (JDK-8377811); use 25.0.3 or later, or -XX:+UseSerialGC");
        }
        return Optional.empty();
    }

    private static boolean isG1() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().anyMatch(bean -> bean.getName().startsWith("G1"));
    }
}
