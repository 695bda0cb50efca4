// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tactus.result.Stall;

/**
 * Reads lines of the JVM's log of safepoints, in which all Java code stands still, as stalls; {@link SafepointTail} follows the file.
 * The log is asked for by {@value #FLAG_PREFIX}FILE{@value #FLAG_SUFFIX}; its {@code timenanos} are of the clock of
 * {@link System#nanoTime}, and a line is written when the pause ends. Form of the lines: JDK 25.
 */
public final class SafepointLog {
    /** What stands before the file's name in the JVM's flag. */
    public static final String FLAG_PREFIX = "-Xlog:safepoint:file=";
    /** What stands after the file's name in the JVM's flag. */
    public static final String FLAG_SUFFIX = ":timenanos:filecount=0";
    private static final Pattern LINE =
        Pattern.compile("\\[(\\d+)ns\\].*Safepoint \"([^\"]+)\".* Total: +(\\d+) ns.*");

    private SafepointLog() {
    }

    /**
     * Reads one line.
     *
     * @param line   of the log
     * @param zeroNs time zero of the run in the clock of {@link System#nanoTime}
     * @return the pause; empty for a line that tells of none
     */
    public static Optional<Stall> parse(final String line, final long zeroNs) {
        final Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        final long lengthNs = Long.parseLong(matcher.group(3));
        return Optional.of(new Stall(
            Long.parseLong(matcher.group(1)) - lengthNs - zeroNs, lengthNs, "jvm", Stall.SAFEPOINT + ' ' + matcher.group(2)));
    }
}
