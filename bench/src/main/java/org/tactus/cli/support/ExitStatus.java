// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

/** What a command's exit status says. */
public final class ExitStatus {
    /** Good. */
    public static final int GOOD = 0;
    /** The answer is no: not schedulable, a deadline missed. */
    public static final int NO = 1;
    /** Wrong input or a missing prerequisite. */
    public static final int WRONG_INPUT = 2;

    private ExitStatus() {
    }
}
