// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.model.MenuOption;
import org.tactus.model.ModelBlock;
import org.tactus.model.SramMenu;

class SramMenuTableTest {
    private static final String OPTIONS = "sram,streamed,wcet\n2KiB 0B,0B 1MiB,3ms 2.5ms\n# a comment\n0B,3MiB,9ms\n";
    private static final String BLOCKS = "cut,resident,streamed,instructions,execute,input,output\nno,1KiB,2KiB,3B,4us,5B,6B\n";

    @TempDir
    private Path folder;

    private SramMenu read(final String text) throws IOException {
        final Path file = folder.resolve("net.csv");
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
        return SramMenuTable.read(file);
    }

    @Test
    void shouldReadMeasuredOptionsAndBlocks() throws IOException {
        final SramMenu.Measured measured = assertInstanceOf(SramMenu.Measured.class, read(OPTIONS));
        assertEquals("net", measured.network());
        assertEquals(List.of(
            new MenuOption(List.of(new MenuOption.Piece(2048, 0, 3_000_000), new MenuOption.Piece(0, 1 << 20, 2_500_000))),
            new MenuOption(List.of(new MenuOption.Piece(0, 3 << 20, 9_000_000)))), measured.options());
        assertEquals(List.of(new ModelBlock(false, 1024, 2048, 3, 4000, 5, 6)),
            assertInstanceOf(SramMenu.Blocks.class, read(BLOCKS)).blocks());
    }

    @Test
    void shouldNameTheLineWhenATableIsWrong() {
        final String[][] wrong = {{"", "1: the first line"}, {"sram,wcet\n", "1: the first line"},
            {"sram,streamed,wcet\n", "1: there is no"}, {"sram,streamed,wcet\n1B,2B\n", "2: 2 cells"},
            {"sram,streamed,wcet\n\n1B,2B,3\n", "3: '3' is not a duration"},
            {"sram,streamed,wcet\n1B 2B,2B,3ms\n", "2: sram has 2"}, {"sram,streamed,wcet\n1B,,3ms\n", "2: streamed is empty"},
            {"sram,streamed,wcet\n1B,1B,0ms\n", "2: '0ms'"}, {"sram,streamed,wcet\n9999999GiB,1B,1ms\n", "2: '9999999GiB' is more"},
            {BLOCKS + "maybe,1B,1B,1B,1us,1B,1B\n", "3: cut: 'maybe'"}};
        for (final String[] each : wrong) {
            final FileFormatException e = assertThrows(FileFormatException.class, () -> read(each[0]), each[0]);
            assertTrue(e.getMessage().contains("net.csv:" + each[1]), e.getMessage());
        }
    }

    @Test
    void shouldGiveOneLineWhenBytesAreDamaged() throws IOException {
        for (long seed = 0; seed < 2000; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final StringBuilder text = new StringBuilder(random.nextBoolean() ? OPTIONS : BLOCKS);
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(256));
            }
            try {
                read(text.toString());
            } catch (final FileFormatException e) {
                assertEquals(1, e.getMessage().lines().count(), "seed " + seed);
            }
        }
    }
}
