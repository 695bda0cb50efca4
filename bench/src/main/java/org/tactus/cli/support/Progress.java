// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.PrintStream;
import java.util.Locale;
import org.tactus.internal.text.Printable;

/** A line on standard error that says how far a long step is; rewritten in place on a terminal, sparse elsewhere. */
public final class Progress {
    private static final long EVERY_NS = 1_000_000_000L;
    private static final long EVERY_ELSEWHERE_NS = 10_000_000_000L;
    /** Below this share what is left cannot be told. */
    private static final double LEAST_SHARE = 0.05;

    private final PrintStream out = System.err;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private final String what;
    private String part = "";
    private long beginNs = System.nanoTime();
    private long lastNs = beginNs;
    private int printed;

    public Progress(final String what) {
        this.what = what;
    }

    /** Tells the share that is done of one of several parts, from 0 to 1; what is left is counted from the part's beginning. */
    public void at(final String name, final double share) {
        if (!name.equals(part)) {
            part = name;
            beginNs = System.nanoTime();
        }
        at(share);
    }

    /** Tells the share that is done, from 0 to 1. */
    public void at(final double share) {
        final long nowNs = System.nanoTime();
        if (nowNs - lastNs >= (terminal ? EVERY_NS : EVERY_ELSEWHERE_NS)) {
            lastNs = nowNs;
            final String line = line(what, part, share, nowNs - beginNs);
            out.print(terminal ? "\r" + line + " ".repeat(Math.max(0, printed - line.length())) : line + System.lineSeparator());
            out.flush();
            printed = line.length();
        }
    }

    static String line(final String what, final String part, final double share, final long tookNs) {
        return String.format(Locale.ROOT, "%s%s: %3.0f %%", what, part.isEmpty() ? "" : " " + Printable.line(part), 100 * share)
            + (share < LEAST_SHARE ? "" : String.format(Locale.ROOT, ", about %.0f s left", tookNs / 1e9 * (1 - share) / share));
    }

    /** Clears the line. */
    public void done() {
        if (terminal && printed > 0) {
            out.print("\r" + " ".repeat(printed) + "\r");
            out.flush();
        }
    }
}
