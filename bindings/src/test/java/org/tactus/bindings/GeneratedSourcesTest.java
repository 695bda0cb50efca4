// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratedSourcesTest {
    @Test
    void shouldHoldTheGeneratedSourcesOfTheHeadersAsTheyAre() throws IOException, NoSuchAlgorithmException {
        final List<Path> libraries;
        try (Stream<Path> folders = Files.list(Path.of("..", "native-headers"))) {
            libraries = folders.filter(Files::isDirectory).toList();
        }
        assertFalse(libraries.isEmpty());
        for (final Path library : libraries) {
            final String name = library.getFileName().toString();
            final byte[] header = Files.readAllBytes(library.resolve(name + ".h"));
            final String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(header));
            assertEquals(Files.readString(library.resolve("generated.sha256")).strip(), hash,
                name + ".h changed after its Java was generated; run JEXTRACT=... bindings/generate " + name);
        }
    }
}
