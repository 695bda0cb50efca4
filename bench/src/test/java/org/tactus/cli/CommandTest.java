// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** A test that runs commands in its own process and keeps what they print through picocli. */
public abstract class CommandTest {
    protected final StringWriter out = new StringWriter();
    protected final StringWriter err = new StringWriter();

    /** Runs a command; returns its exit status. */
    protected final int tactus(final String... words) {
        final CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(words);
    }
}
