// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the Edge TPU's compiler says of a compilation: one entry a model, in the order of the command line, which is the order in
 * which models get on-chip memory. The compiler prints sizes with two decimals, so they are exact to about half a percent.
 *
 * @param compilerVersion such as {@code 16.0.384591198}; empty when the text does not say
 * @param entries         one a model or segment
 */
public record CompilerLog(String compilerVersion, List<Entry> entries) {
    private static final String VERSION = "Edge TPU Compiler version ";
    private static final String INPUT = "Input model: ";
    private static final String INPUT_SIZE = "Input size: ";
    private static final String OUTPUT = "Output model: ";
    private static final String OUTPUT_SIZE = "Output size: ";
    private static final String USED = "On-chip memory used for caching model parameters: ";
    private static final String REMAINING = "On-chip memory remaining for caching model parameters: ";
    private static final String STREAMED = "Off-chip memory used for streaming uncached model parameters: ";
    private static final String SUBGRAPHS = "Number of Edge TPU subgraphs: ";
    private static final String OPERATIONS = "Total number of operations: ";
    private static final String ON_DEVICE = "Number of operations that will run on Edge TPU: ";
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,6})?)\\s?(B|KiB|MiB|GiB)");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");

    /**
     * One model.
     *
     * @param input          file that was compiled
     * @param inputBytes     its size
     * @param output         file that was written
     * @param outputBytes    its size
     * @param cachedBytes    on-chip memory used for its parameters
     * @param remainingBytes on-chip memory that is left for the models after it
     * @param streamedBytes  parameters that come with every invocation
     * @param subgraphs      parts that run on the device
     * @param operations     operations of the model
     * @param onDevice       those of them that the device runs
     */
    public record Entry(
        String input, long inputBytes, String output, long outputBytes, long cachedBytes, long remainingBytes, long streamedBytes,
        int subgraphs, int operations, int onDevice) {
    }

    public CompilerLog {
        entries = List.copyOf(entries);
    }

    /**
     * On-chip memory that is not available for caching: the device's, less what the entries use and what the last one leaves.
     *
     * @param sramBytes parameter memory of the device
     * @return bytes, as exact as the log
     */
    public long reservedBytes(final long sramBytes) {
        final long used = entries.stream().mapToLong(Entry::cachedBytes).sum();
        return Math.max(0, sramBytes - used - (entries.isEmpty() ? 0 : entries.getLast().remainingBytes()));
    }

    /**
     * Reads what the compiler printed; lines that say nothing of sizes are passed over.
     *
     * @param text the compiler's output
     * @return what it says
     * @throws MalformedFileException when there is no model in it, or a line is cut short; with the line's number
     */
    public static CompilerLog read(final String text) {
        final List<Entry> entries = new ArrayList<>();
        String version = "";
        Builder entry = null;
        int number = 0;
        for (final String raw : text.split("\n", -1)) {
            number++;
            final String line = raw.strip();
            if (line.startsWith(VERSION)) {
                version = line.substring(VERSION.length());
            } else if (line.startsWith(INPUT)) {
                if (entry != null) {
                    entries.add(entry.done());
                }
                entry = new Builder(number, line.substring(INPUT.length()));
            } else if (entry != null) {
                entry.take(line, number);
            }
        }
        if (entry == null) {
            throw new MalformedFileException("no line '" + INPUT.strip() + "'; this is not what edgetpu_compiler prints");
        }
        entries.add(entry.done());
        return new CompilerLog(version, entries);
    }

    /** An entry whose lines are being read. */
    private static final class Builder {
        private final int line;
        private final String input;
        private String output;
        private long inputBytes;
        private long outputBytes;
        private long used = -1;
        private long remaining = -1;
        private long streamed = -1;
        private int subgraphs;
        private int operations;
        private int onDevice = -1;

        Builder(final int line, final String input) {
            this.line = line;
            this.input = input;
        }

        void take(final String text, final int number) {
            if (text.startsWith(INPUT_SIZE)) {
                inputBytes = size(text, INPUT_SIZE, number);
            } else if (text.startsWith(OUTPUT)) {
                output = text.substring(OUTPUT.length());
            } else if (text.startsWith(OUTPUT_SIZE)) {
                outputBytes = size(text, OUTPUT_SIZE, number);
            } else if (text.startsWith(USED)) {
                used = size(text, USED, number);
            } else if (text.startsWith(REMAINING)) {
                remaining = size(text, REMAINING, number);
            } else if (text.startsWith(STREAMED)) {
                streamed = size(text, STREAMED, number);
            } else if (text.startsWith(SUBGRAPHS)) {
                subgraphs = count(text, SUBGRAPHS, number);
            } else if (text.startsWith(OPERATIONS)) {
                operations = count(text, OPERATIONS, number);
            } else if (text.startsWith(ON_DEVICE)) {
                onDevice = count(text, ON_DEVICE, number);
            }
        }

        Entry done() {
            if (output == null || used < 0 || remaining < 0 || streamed < 0) {
                throw new MalformedFileException("line " + line + ": what is said of '" + input + "' is cut short; the output model, the"
                    + " on-chip memory used and remaining, and the off-chip memory must follow");
            }
            return new Entry(input, inputBytes, output, outputBytes, used, remaining, streamed, subgraphs, operations,
                onDevice < 0 ? operations : onDevice);
        }
    }

    private static long size(final String line, final String head, final int number) {
        final Matcher size = SIZE.matcher(line.substring(head.length()));
        if (!size.matches()) {
            throw new MalformedFileException("line " + number + ": '" + line.substring(head.length()) + "' is no size such as 4.21MiB");
        }
        return Math.round(Double.parseDouble(size.group(1)) * (1L << 10 * UNITS.indexOf(size.group(2))));
    }

    private static int count(final String line, final String head, final int number) {
        final String count = line.substring(head.length());
        if (!COUNT.matcher(count).matches()) {
            throw new MalformedFileException("line " + number + ": '" + count + "' is no number of operations or subgraphs");
        }
        return Integer.parseInt(count);
    }

    /**
     * Writes the text as the compiler prints it.
     *
     * @return lines, each ended
     */
    public String write() {
        final StringBuilder text = new StringBuilder(VERSION).append(compilerVersion).append("\n\n");
        text.append(entries.size() == 1 ? "Model" : "Models").append(" compiled successfully.\n");
        for (final Entry entry : entries) {
            text.append('\n').append(INPUT).append(entry.input).append('\n').append(INPUT_SIZE).append(format(entry.inputBytes))
                .append('\n').append(OUTPUT).append(entry.output).append('\n').append(OUTPUT_SIZE).append(format(entry.outputBytes))
                .append('\n').append(USED).append(format(entry.cachedBytes)).append('\n').append(REMAINING)
                .append(format(entry.remainingBytes)).append('\n').append(STREAMED).append(format(entry.streamedBytes)).append('\n')
                .append(SUBGRAPHS).append(entry.subgraphs).append('\n').append(OPERATIONS).append(entry.operations).append('\n');
            if (entry.onDevice != entry.operations) {
                text.append(ON_DEVICE).append(entry.onDevice).append('\n').append("Number of operations that will run on CPU: ")
                    .append(entry.operations - entry.onDevice).append('\n');
            }
        }
        return text.toString();
    }

    /** A size as the compiler prints it: two decimals and the largest unit that leaves at least 1. */
    private static String format(final long bytes) {
        int unit = 0;
        while (unit < UNITS.size() - 1 && bytes >= 1L << 10 * (unit + 1)) {
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f%s", bytes / (double) (1L << 10 * unit), UNITS.get(unit));
    }
}
