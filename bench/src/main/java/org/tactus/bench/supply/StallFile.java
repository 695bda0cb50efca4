// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.tactus.internal.supply.StallTrace;

/**
 * A recording of stalls: text, compressed by gzip. Lines {@code # KEY VALUE} say how it was made; a line of two numbers is a stall, the
 * nanoseconds from the begin of the one before to its own begin, and its length; a line {@code @ NS} says up to where everything is
 * told. A file that breaks off, since its writer was ended, is good up to its last such line.
 */
final class StallFile {
    private static final String VERSION = "tactus-stalls 1";

    private StallFile() {
    }

    /**
     * What a file holds.
     *
     * @param notes how it was made
     * @param trace the stalls
     */
    record Content(Map<String, String> notes, StallTrace trace) {
    }

    /** Writes one; used by one thread. */
    static final class Output implements AutoCloseable {
        private final Writer writer;
        private long lastBeginNs;
        private long lastEndNs;

        Output(final Path file, final Map<String, String> notes) throws IOException {
            writer = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file), true), StandardCharsets.US_ASCII);
            writer.write("# " + VERSION + '\n');
            for (final Map.Entry<String, String> note : notes.entrySet()) {
                note(note.getKey(), note.getValue());
            }
        }

        void note(final String key, final String value) throws IOException {
            writer.write("# " + key + ' ' + value + '\n');
        }

        /** What overlaps the stall before it, or the time before the recording, is not written twice. */
        void stall(final long beginNs, final long lengthNs) throws IOException {
            final long fromNs = Math.max(beginNs, lastEndNs);
            final long untilNs = beginNs + lengthNs;
            if (untilNs > fromNs) {
                writer.write((fromNs - lastBeginNs) + " " + (untilNs - fromNs) + '\n');
                lastBeginNs = fromNs;
                lastEndNs = untilNs;
            }
        }

        /** Everything up to an instant has been written. */
        void toldUntil(final long spanNs) throws IOException {
            writer.write("@ " + spanNs + '\n');
            writer.flush();
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    /**
     * Reads one.
     *
     * @param file the file
     * @return its stalls, up to where it is complete
     * @throws IOException when it cannot be read, or is none
     */
    static Content read(final Path file) throws IOException {
        final Map<String, String> notes = new LinkedHashMap<>();
        long[] begins = new long[1 << 16];
        long[] ends = new long[1 << 16];
        int count = 0;
        int told = 0;
        long spanNs = 0;
        long beginNs = 0;
        int number = 0;
        try (BufferedReader reader = new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (number == 1) {
                    require(line.equals("# " + VERSION), file, number, "is not '# " + VERSION + "'");
                    continue;
                }
                final String[] words = line.split(" ", 3);
                if (words[0].equals("#")) {
                    require(words.length == 3, file, number, "is not '# KEY VALUE'");
                    notes.put(words[1], words[2]);
                } else if (words[0].equals("@")) {
                    spanNs = numberIn(words, 1, file, number);
                    told = count;
                } else {
                    if (count == begins.length) {
                        begins = Arrays.copyOf(begins, 2 * count);
                        ends = Arrays.copyOf(ends, 2 * count);
                    }
                    beginNs += numberIn(words, 0, file, number);
                    begins[count] = beginNs;
                    ends[count] = beginNs + numberIn(words, 1, file, number);
                    count++;
                }
            }
        } catch (final EOFException e) {
            notes.put("broken-off", "after line " + number);
        }
        require(spanNs > 0, file, number, "ends before any stretch of time is complete");
        return new Content(notes, StallTrace.of(begins, ends, told, spanNs));
    }

    private static long numberIn(final String[] words, final int place, final Path file, final int line) throws IOException {
        require(words.length > place && words[place].matches("[0-9]{1,18}"), file, line, "is not 'NS NS', a begin and a length");
        return Long.parseLong(words[place]);
    }

    private static void require(final boolean good, final Path file, final int line, final String what) throws IOException {
        if (!good) {
            throw new IOException(file + ":" + line + ": the line " + what
                + "; give a file that 'tactus experiment supply --record' wrote");
        }
    }
}
