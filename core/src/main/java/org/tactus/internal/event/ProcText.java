// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

/**
 * Reads numbers out of the texts of {@code /proc} as bytes, without allocating. Fields as in {@code proc(5)}; a text that does
 * not hold what is asked gives -1, since other kernels leave things out.
 */
final class ProcText {
    private static final int STEAL_FIELD = 8;
    private static final int DELAY_FIELD = 1;

    private ProcText() {
    }

    /** Steal of a core in ticks of 10 ms, or of all cores for core -1, from the text of /proc/stat. */
    static long stealTicks(final byte[] text, final int length, final int core) {
        int line = 0;
        while (line < length) {
            if (isCpuLine(text, line, length, core)) {
                return field(text, line, length, STEAL_FIELD);
            }
            while (line < length && text[line] != '\n') {
                line++;
            }
            line++;
        }
        return -1;
    }

    /** Time for which a thread was runnable but had no core, nanoseconds, from the text of its schedstat. */
    static long runDelayNs(final byte[] text, final int length) {
        return field(text, 0, length, DELAY_FIELD);
    }

    private static boolean isCpuLine(final byte[] text, final int at, final int length, final int core) {
        if (at + 4 > length || text[at] != 'c' || text[at + 1] != 'p' || text[at + 2] != 'u') {
            return false;
        }
        if (core < 0) {
            return text[at + 3] == ' ';
        }
        int number = 0;
        int i = at + 3;
        while (i < length && text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + text[i++] - '0';
        }
        return i > at + 3 && number == core;
    }

    /** Field of a line by its place, from 0, fields parted by blanks. */
    private static long field(final byte[] text, final int begin, final int length, final int place) {
        int i = begin;
        for (int skipped = 0; skipped < place; skipped++) {
            while (i < length && text[i] != ' ' && text[i] != '\n') {
                i++;
            }
            while (i < length && text[i] == ' ') {
                i++;
            }
        }
        if (i >= length || text[i] < '0' || text[i] > '9') {
            return -1;
        }
        long value = 0;
        while (i < length && text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + text[i++] - '0';
        }
        return value;
    }
}
