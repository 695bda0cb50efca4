package org.tactus.bench.cli;

/** What a command's exit status says. */
final class ExitStatus {
    /** Good. */
    static final int GOOD = 0;
    /** The answer is no: not schedulable, a deadline missed. */
    static final int NO = 1;
    /** Wrong input or a missing prerequisite. */
    static final int WRONG_INPUT = 2;

    private ExitStatus() {
    }
}
