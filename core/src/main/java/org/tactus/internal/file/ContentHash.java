// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of what files hold, so that one that was replaced under its name is known as another. Any thread. */
public final class ContentHash {
    private static final int BUFFER_BYTES = 1 << 20;

    private ContentHash() {
    }

    /**
     * Reads a file once, of any size, through a buffer of 1 MiB.
     *
     * @param file the file
     * @return such as {@code sha256:9f86d081...}, 64 digits
     * @throws IOException when it cannot be read
     */
    public static String of(final Path file) throws IOException {
        final MessageDigest digest = sha256();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
