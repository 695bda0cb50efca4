// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.util.Locale;
import java.util.Optional;

/**
 * What came of one case, as one line between two processes.
 *
 * @param name    of the case
 * @param outcome how it ended
 * @param text    what a person reads beside it, one line
 */
record CaseResult(String name, Outcome outcome, String text) {
    /** How a case ends. */
    enum Outcome {
        /** All outputs are as they should be. */
        OK,
        /** Tactus said in one line why it does not take the network. */
        REFUSED,
        /** It ran, and ONNX Runtime is known to answer otherwise than the test. */
        RUNTIME,
        /** It ran, and an output is another one. */
        WRONG,
        /** The process ended, or an error of Tactus itself ended the case. */
        CRASH,
        /** The case did not end in time. */
        LATE;

        /** The word in a table. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String MARK = "case-result";
    private static final int FIELDS = 4;

    CaseResult {
        text = text.replaceAll("\\s+", " ").strip();
    }

    /** A line that {@link #parse} reads. */
    String toLine() {
        return String.join("\t", MARK, outcome.name(), name, text);
    }

    /** Reads a line of a child; empty when it is another line, such as one that a library printed. */
    static Optional<CaseResult> parse(final String line) {
        final String[] fields = line.split("\t", FIELDS);
        return fields.length == FIELDS && fields[0].equals(MARK)
            ? Optional.of(new CaseResult(fields[2], Outcome.valueOf(fields[1]), fields[3])) : Optional.empty();
    }
}
