// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.util.Set;

/** Names that are made of others, such as a file's of a tensor's, and may meet. */
final class FreeName {
    private FreeName() {
    }

    /** Takes a name, with a number behind it when it is taken already. */
    static String take(final String plain, final Set<String> taken) {
        String name = plain;
        for (int i = 2; !taken.add(name); i++) {
            name = plain + "-" + i;
        }
        return name;
    }
}
