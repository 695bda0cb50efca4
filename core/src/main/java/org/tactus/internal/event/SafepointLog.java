package org.tactus.internal.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tactus.result.Stall;

/**
 * Reads the JVM's log of safepoints, in which all Java code stands still, as stalls. The log is asked for by
 * {@value #FLAG_PREFIX}FILE{@value #FLAG_SUFFIX}; its {@code timenanos} are of the clock of {@link System#nanoTime}, and a
 * line is written when the pause ends. Form of the lines: JDK 25.
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
            Long.parseLong(matcher.group(1)) - lengthNs - zeroNs, lengthNs, "jvm", "safepoint " + matcher.group(2)));
    }

    /**
     * Adds the pauses of a run to a stall log.
     *
     * @param file        the JVM's log
     * @param zeroNs      time zero of the run in the clock of {@link System#nanoTime}
     * @param durationNs  length of the run; pauses before and after it are left out
     * @param thresholdNs shorter pauses are left out
     * @param log         takes the stalls
     * @return the longest pause within the run, shorter ones than the threshold included, nanoseconds
     * @throws IOException when the file cannot be read
     */
    public static long read(
        final Path file, final long zeroNs, final long durationNs, final long thresholdNs, final StallLog log) throws IOException {
        final long[] longest = {0};
        try (Stream<String> lines = Files.lines(file)) {
            lines.map(line -> parse(line, zeroNs)).flatMap(Optional::stream)
                .filter(stall -> stall.endNs() >= 0 && stall.atNs() <= durationNs)
                .forEach(stall -> {
                    longest[0] = Math.max(longest[0], stall.lengthNs());
                    if (stall.lengthNs() >= thresholdNs) {
                        log.add(stall);
                    }
                });
        }
        return longest[0];
    }
}
