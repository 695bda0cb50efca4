// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses a command line that is well formed and makes no sense. */
public final class UsageCheck {
    private UsageCheck() {
    }

    /**
     * Refuses an option's value; the command then ends with {@link ExitStatus#WRONG_INPUT}.
     *
     * @param spec    the command
     * @param good    whether the value is good
     * @param message option, value and what would be right
     * @throws ParameterException when it is not
     */
    public static void check(final CommandSpec spec, final boolean good, final String message) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
