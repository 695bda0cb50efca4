// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.nio.file.Path;

/** Where Tactus lies: the launcher says it by the property {@code tactus.home}; without one it is the working directory. */
public final class Home {
    private Home() {
    }

    /**
     * Finds a file that belongs to Tactus, from whatever directory it was started.
     *
     * @param path relative to Tactus' own directory
     * @return the path
     */
    public static Path file(final String path) {
        return Path.of(System.getProperty("tactus.home", ".")).resolve(path);
    }
}
