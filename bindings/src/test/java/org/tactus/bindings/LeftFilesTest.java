// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LeftFilesTest {
    @TempDir
    private Path folder;

    private Path old(final String name) throws IOException {
        final Path file = Files.writeString(folder.resolve(name), "half");
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        return file;
    }

    @Test
    void shouldRemoveWhatNobodyHoldsWhenItIsNotOfThisMoment() throws IOException {
        final Path left = old("x-1.tmp");
        final Path own = old("x-7.tmp");
        final Path other = old("y-1.tmp");
        final Path fresh = Files.writeString(folder.resolve("x-2.tmp"), "begun now");
        final Path link = Files.createSymbolicLink(folder.resolve("x-3.tmp"), other);
        final Path held = old("x-4.tmp");
        try (FileChannel channel = FileChannel.open(held, StandardOpenOption.WRITE)) {
            LeftFiles.hold(channel);
            assertEquals(1, LeftFiles.remove(folder, "x-*.tmp", "x-7"));
            assertTrue(Files.notExists(left));
            for (final Path stays : new Path[] {own, other, fresh, link, held}) {
                assertTrue(Files.exists(stays, LinkOption.NOFOLLOW_LINKS), stays.toString());
            }
        }
        assertEquals(1, LeftFiles.remove(folder, "x-*.tmp", "x-7"), "nobody holds it any more");
        assertEquals(0, LeftFiles.remove(folder.resolve("nowhere"), "*", "x-7"));
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldNotWaitWhenSomebodyPutsAPipeThere() throws Exception {
        final Path pipe = folder.resolve("x-1.tmp");
        final Process made = new ProcessBuilder("sh", "-c", "mkfifo \"$0\" && touch -d @0 \"$0\"", pipe.toString()).start();
        assumeTrue(made.waitFor(20, TimeUnit.SECONDS) && made.exitValue() == 0, "no mkfifo here");
        assertEquals(0, LeftFiles.remove(folder, "x-*.tmp", "x-7"));
    }
}
