// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.util.Set;

/** Names that are made of others, such as a file's of a tensor's, and may meet. */
public final class FreeName {
    private FreeName() {
    }

    /**
     * Takes a name, with a number behind it when it is taken already.
     *
     * @param plain the name to begin with
     * @param taken the names in use; the one that is returned joins them
     * @return a name that was free
     */
    public static String take(final String plain, final Set<String> taken) {
        String name = plain;
        for (int i = 2; !taken.add(name); i++) {
            name = plain + "-" + i;
        }
        return name;
    }
}
