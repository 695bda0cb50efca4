// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tactus.bindings.ArtefactLibrary;

/** TensorFlow Lite's C library, or why there is none; looked for once a process, when this class is first touched. */
final class TfLiteLibrary {
    /** The library; null when there is none. */
    static final TfLite LIBRARY;
    /** Why there is none, in one line; null when there is one. */
    static final String ABSENCE;

    private static final String ARTEFACT = "tensorflow-lite";

    static {
        TfLite library = null;
        String absence = null;
        try {
            final String given = System.getProperty(TfLite.PATH_PROPERTY);
            final Path file = given == null ? extracted() : Path.of(given);
            if (!Files.isRegularFile(file)) {
                throw new IOException("no file at " + file + "; " + TfLite.PATH_PROPERTY + " names TensorFlow Lite's C library");
            }
            library = TfLite.of(SymbolLookup.libraryLookup(file, Arena.global()), file.getFileName().toString());
        } catch (final IOException | IllegalArgumentException e) {
            absence = e.getMessage();
        }
        LIBRARY = library;
        ABSENCE = absence;
    }

    private TfLiteLibrary() {
    }

    /** The artefact's library exports the whole C interface beside what Java's own wrapper would call. */
    private static Path extracted() throws IOException {
        final String platform = "linux-" + switch (System.getProperty("os.arch")) {
            case "amd64" -> "x86_64";
            case "aarch64" -> "arm64";
            default -> System.getProperty("os.arch");
        };
        final URL resource = System.getProperty("os.name").startsWith("Linux")
            ? ArtefactLibrary.find("org/bytedeco/tensorflowlite/" + platform + "/libjnitensorflowlite.so") : null;
        if (resource == null) {
            throw new IOException("TensorFlow Lite is not on the class path or module path for this machine; add org.bytedeco:" + ARTEFACT
                + " with classifier " + platform + ", or name a library file by -D" + TfLite.PATH_PROPERTY + "=FILE");
        }
        return ArtefactLibrary.extract(resource, ARTEFACT, platform);
    }
}
