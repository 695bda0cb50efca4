// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.interruption;

/** What ends a process from outside. */
enum Signal {
    INT(2),
    TERM(15),
    /** Which no process can catch. */
    KILL(9);

    private static final int SIGNALLED = 128;

    private final int number;

    Signal(final int number) {
        this.number = number;
    }

    /** The exit status of a process that it has ended. */
    int status() {
        return SIGNALLED + number;
    }

    /** Whether a process can end by itself after it. */
    boolean isCaught() {
        return this != KILL;
    }
}
