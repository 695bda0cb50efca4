// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cli;

/**
 * The name by which programs outside of this repository have started the command line since it was first published. It lives elsewhere now,
 * in {@link org.tactus.cli.Main}, and containers and scripts that name the class need not follow.
 */
public final class Main {
    private Main() {
    }

    /**
     * Runs a command and ends the process with its exit status.
     *
     * @param words the command line
     */
    public static void main(final String[] words) {
        org.tactus.cli.Main.main(words);
    }
}
