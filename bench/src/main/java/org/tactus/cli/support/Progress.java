// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.PrintStream;

/** A line on standard error that says how far a long step is; rewritten in place on a terminal, sparse elsewhere. */
public final class Progress {
    private static final long EVERY_NS = 1_000_000_000L;
    private static final long EVERY_ELSEWHERE_NS = 10_000_000_000L;

    private final PrintStream out = System.err;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private final String what;
    private final long beginNs = System.nanoTime();
    private long lastNs = beginNs;

    public Progress(final String what) {
        this.what = what;
    }

    /** Tells the share that is done, from 0 to 1. */
    public void at(final double share) {
        final long nowNs = System.nanoTime();
        if (nowNs - lastNs >= (terminal ? EVERY_NS : EVERY_ELSEWHERE_NS)) {
            lastNs = nowNs;
            final double leftSeconds = share > 0 ? (nowNs - beginNs) / 1e9 * (1 - share) / share : 0;
            out.print((terminal ? "\r" : "") + String.format("%s: %3.0f %%, about %.0f s left", what, 100 * share, leftSeconds)
                + (terminal ? "   " : System.lineSeparator()));
            out.flush();
        }
    }

    /** Clears the line. */
    public void done() {
        if (terminal && lastNs != beginNs) {
            out.print("\r" + " ".repeat(what.length() + 40) + "\r");
            out.flush();
        }
    }
}
