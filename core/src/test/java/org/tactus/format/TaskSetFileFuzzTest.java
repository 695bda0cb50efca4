// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskSetFileFuzzTest {
    private static final int MUTATIONS = 5_000;
    private static final String[] TOKENS = {"-", "0", "99999999999999999999", "{", "}", "[", "]", ":", "&a ", "*a", "!!int ", "<<: ", "|\n",
        ">\n", "\n", "  ", "\t", "'", "\"", "\\", "? ", "%YAML 9.9\n", "---\n", "...\n", "#", ",", "null", "~", ".nan", "1e999", "\u0000",
        "\u2028", "cpu0", "ms", "\u00e9", "\uFEFF", "@", "`"};

    @TempDir
    private Path directory;

    @Test
    void shouldLoadOrSayOneLineWhenAFileIsMutated() throws IOException {
        final long seed = Long.getLong("tactus.seed", System.nanoTime());
        final Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = Sets.FULL.getBytes(StandardCharsets.UTF_8);
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                bytes = mutate(bytes, random);
            }
            final Path file = Files.write(directory.resolve("set.yaml"), bytes);
            try {
                TaskSetFile.load(file, Sets.options(directory));
            } catch (final FileFormatException e) {
                refused++;
                assertTrue(e.getMessage().startsWith(file + ":" + e.line() + ": "), "seed " + seed + ": " + e.getMessage());
                assertEquals(1, e.getMessage().lines().count(), "seed " + seed + ": " + e.getMessage());
                final int lines = new String(bytes, StandardCharsets.UTF_8).split("\r\n|[\r\n\u0085\u2028\u2029]", -1).length;
                assertTrue(e.line() >= 1 && e.line() <= lines, "seed " + seed + ": line " + e.line() + " of " + lines);
            } catch (final RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ", mutation " + i + ":\n" + new String(bytes, StandardCharsets.UTF_8), e);
            }
        }
        assertTrue(refused > MUTATIONS / 2, "seed " + seed + ": only " + refused + " refused");
    }

    private static byte[] mutate(final byte[] bytes, final Random random) {
        final int at = random.nextInt(bytes.length);
        final int end = Math.min(bytes.length, at + random.nextInt(1, 20));
        return switch (random.nextInt(5)) {
            case 0 -> {
                final byte[] flipped = bytes.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 1 -> splice(bytes, at, end, new byte[0]);
            case 2 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, end));
            case 3 -> Arrays.copyOf(bytes, at + 1);
            default -> splice(bytes, at, random.nextBoolean() ? at : end,
                TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.UTF_8));
        };
    }

    private static byte[] splice(final byte[] bytes, final int from, final int to, final byte[] between) {
        final byte[] result = new byte[bytes.length - (to - from) + between.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(between, 0, result, from, between.length);
        System.arraycopy(bytes, to, result, from + between.length, bytes.length - to);
        return result.length == 0 ? new byte[] {'x'} : result;
    }
}
