// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that are read in place. Any thread. */
public final class MappedFile {
    private MappedFile() {
    }

    /**
     * Maps a file as it is now; the mapping goes when nothing refers to it any more. The file must not be cut short before that.
     *
     * @param file the file
     * @return its bytes, read-only
     * @throws IOException when it cannot be read
     */
    public static MemorySegment read(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }
}
