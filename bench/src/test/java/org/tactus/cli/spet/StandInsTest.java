// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.CompilerLog;
import org.tactus.bindings.edgetpu.compiled.MalformedFileException;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.internal.plan.spet.SegmentFiles;
import org.tactus.model.MenuOption;

class StandInsTest {
    private static final long KIB = 1L << 10;
    private static final long SRAM = 4096 * KIB;
    private static final long RESERVED = 256 * KIB;

    @TempDir
    private Path folder;

    @Test
    void shouldMakeOfASharedFileWhatTheOneWantsThatStreamsLessOfIt() throws IOException, MalformedFileException {
        final List<MenuOption> options = List.of(new MenuOption(List.of(new MenuOption.Piece(0, 512 * KIB, 9_000_000))),
            new MenuOption(List.of(new MenuOption.Piece(512 * KIB, 0, 5_000_000))));
        final Path log = folder.resolve("compiled.log");
        new StandIns(new SegmentFiles(List.of("net", "net"), options), options, new LinkCost(HostLink.USB3), SRAM - RESERVED).write(log);
        final CompilerLog made = CompilerLog.read(Files.readString(log));
        assertEquals(1, made.entries().size());
        assertEquals(512 * KIB, made.entries().getFirst().cachedBytes());
        assertEquals(0, made.entries().getFirst().streamedBytes());
        assertEquals(RESERVED, made.reservedBytes(SRAM), "of a device with less memory than a Coral's, and as much kept as was said");
    }
}
