// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import java.util.Objects;
import java.util.stream.Stream;

/** The folder in which a user keeps things, found in the same way for everything that is kept there. */
public final class UserHome {
    private UserHome() {
    }

    /**
     * Finds the folder: {@code HOME} first, as shells and the launcher do; else what the system knows of the user, which the JVM calls
     * "?" where no passwd knows the user; else {@code /}.
     *
     * @return an absolute path, which need not exist
     */
    public static String path() {
        return path(System.getenv("HOME"), System.getProperty("user.home"));
    }

    static String path(final String given, final String known) {
        return Stream.of(Objects.requireNonNullElse(given, ""), Objects.requireNonNullElse(known, ""))
            .filter(path -> path.startsWith("/")).findFirst().orElse("/");
    }
}
