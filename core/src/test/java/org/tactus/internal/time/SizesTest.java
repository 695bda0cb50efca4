// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SizesTest {
    /** A number with the bare unit behind it, in a message. */
    private static final Pattern RAW = Pattern.compile("\\+ \"(B|ns)(\"| of| beside|[ ,;.)])");

    @Test
    void shouldTellTwoSizesApartWhenTheyDifferByLittle() {
        assertEquals("12.32MiB", Sizes.format(12_918_784, 12 << 20));
        assertEquals("12MiB", Sizes.format(12 << 20, 12_918_784));
        assertEquals("12.320313MiB", Sizes.format(12_918_784, 12_918_783));
        assertEquals("12.320312MiB", Sizes.format(12_918_783, 12_918_784));
        assertEquals("5B", Sizes.format(5, 5));
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            final long bytes = random.nextLong(1L << random.nextInt(1, 63));
            final long other = Math.max(0, bytes + random.nextLong(1L << random.nextInt(1, 20)) - 100);
            final String said = Sizes.format(bytes, other);
            if (bytes == other) {
                assertEquals(Sizes.format(bytes), said);
            } else {
                assertNotEquals(said, Sizes.format(other, bytes), "seed " + seed);
            }
        }
    }

    @Test
    void shouldNameTheLeastSizeThatIsTooLargeWhenOneIs() {
        assertEquals(Long.MAX_VALUE, Sizes.parse("9223372036854775807B"));
        assertThrows(IllegalArgumentException.class, () -> Sizes.parse(Sizes.MOST));
        assertEquals(Long.MAX_VALUE / (1L << 30) + 1 + "GiB", Sizes.MOST);
    }

    /** A reader compares 12.3MiB with 12MiB, not 12918784B with 12582912B: sizes and times in messages go through this room. */
    @Test
    void shouldFindNoRawUnitWhenSourcesMakeMessages() throws IOException {
        final List<String> raw = new ArrayList<>();
        int seen = 0;
        for (final String module : List.of("core", "bench")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (final Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    for (final String line : Files.readAllLines(file)) {
                        seen++;
                        if (RAW.matcher(line).find() && !isForPrograms(line)) {
                            raw.add(file.getFileName() + ": " + line.strip());
                        }
                    }
                }
            }
        }
        assertTrue(seen > 10_000, "sources were read: " + seen);
        assertEquals(List.of(), raw);
    }

    /** What another program reads: an entry of a file, a word of a command line, an error of ours that comes with a trace. */
    private static boolean isForPrograms(final String line) {
        return line.matches(".*(\\.put\\(|words\\.addAll|\"--|wcet: |IllegalStateException|"
            + "^\\s+\\w+\\.durationNs\\(\\) \\+|limitNs \\+).*");
    }
}
