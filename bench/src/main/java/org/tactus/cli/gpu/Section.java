// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.ArrayList;
import java.util.List;

/**
 * One part of a report: what was checked or measured, and a table.
 *
 * @param name     a few words
 * @param outcome  how it ended
 * @param sentence what that means
 * @param columns  names of the columns; {@code Ns}, {@code Bytes} and {@code Share} at the end of a name say its unit
 * @param rows     values in the columns' order: texts, whole numbers, fractions, booleans
 * @param text     more for people, as it was printed; empty for nothing more
 * @param tookNs   how long it ran, nanoseconds; 0 where nobody timed it
 */
public record Section(
    String name, Outcome outcome, String sentence, List<String> columns, List<List<Object>> rows, String text, long tookNs) {
    /** How a part ended. */
    public enum Outcome {
        /** Checked, and as it must be. */
        PASSED,
        /** Checked, and not as it must be. */
        FAILED,
        /** Nothing to be right or wrong: figures. */
        MEASURED
    }

    public Section {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** A part that did not come to its end: no figures of it are shown, since they would look like a success. */
    static Section failed(final String name, final String sentence, final String text) {
        return new Section(name, Outcome.FAILED, sentence, List.of(), List.of(), text, 0);
    }

    Section took(final long ns) {
        return new Section(name, outcome, sentence, columns, rows, text, ns);
    }

    /** Collects the rows of a section. */
    static final class Builder {
        private final String name;
        private final List<String> columns;
        private final List<List<Object>> rows = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();

        private String text = "";

        Builder(final String name, final String... columns) {
            this.name = name;
            this.columns = List.of(columns);
        }

        Builder row(final Object... values) {
            rows.add(List.of(values));
            return this;
        }

        /** Notes what is wrong unless a condition holds. */
        boolean expect(final boolean condition, final String failure) {
            if (!condition) {
                failures.add(failure);
            }
            return condition;
        }

        /** Adds what was printed. */
        void text(final String printed) {
            text = printed;
        }

        Section measured(final String sentence) {
            return new Section(name, Outcome.MEASURED, sentence, columns, rows, text, 0);
        }

        /** Passed, unless something was noted. */
        Section checked(final String sentence) {
            return failures.isEmpty() ? new Section(name, Outcome.PASSED, sentence, columns, rows, text, 0)
                : new Section(name, Outcome.FAILED, String.join("; ", failures), columns, rows, text, 0);
        }
    }
}
