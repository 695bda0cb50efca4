// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A native library that lies inside an artefact on the class path or module path: taken out once into {@code ~/.cache/tactus}, or the
 * folder of {@code -Dtactus.cache}.
 */
public final class ArtefactLibrary {
    /** Names the folder that extracted libraries lie in. */
    public static final String CACHE_PROPERTY = "tactus.cache";

    private ArtefactLibrary() {
    }

    /**
     * Finds a library in an artefact on the class path or on the module path. A class of a named module asks only its own module for a
     * resource, so the class loader is asked.
     *
     * @param entry the library's place, such as {@code ai/onnxruntime/native/linux-x64/libonnxruntime.so}, without a slash before it
     * @return null when no artefact has it
     */
    public static URL find(final String entry) {
        return ArtefactLibrary.class.getClassLoader().getResource(entry);
    }

    /**
     * Takes a library out, unless that was done before.
     *
     * @param resource the library's place in the artefact
     * @param artefact the artefact's name, such as {@code onnxruntime}
     * @param platform the artefact's word for this machine
     * @return the file
     * @throws IOException when it cannot be read or written
     */
    public static Path extract(final URL resource, final String artefact, final String platform) throws IOException {
        final String name = resource.getPath().substring(resource.getPath().lastIndexOf('/') + 1);
        final long bytes = resource.openConnection().getContentLengthLong();
        final String version = version(resource, artefact);
        final Path folder =
            cache().resolve(artefact + "-" + version + (version.endsWith(platform) ? "" : "-" + platform));
        final Path file = folder.resolve(name);
        if (Files.isRegularFile(file) && Files.size(file) == bytes) {
            return file;
        }
        Files.createDirectories(folder);
        final Path part = Files.createTempFile(folder, name, ".part");
        try {
            try (InputStream in = resource.openStream()) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (final AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    private static Path cache() {
        final String given = System.getProperty(CACHE_PROPERTY);
        if (given != null) {
            return Path.of(given);
        }
        final String xdg = System.getenv("XDG_CACHE_HOME");
        return xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache", "tactus")
            : Path.of(xdg, "tactus");
    }

    /** The artefact's version as its file name says, such as 1.29.0. */
    private static String version(final URL resource, final String artefact) {
        final String path = resource.getPath();
        final int end = path.indexOf(".jar!");
        final int start = path.lastIndexOf(artefact + "-", Math.max(end, 0));
        return end < 0 || start < 0 ? "unpacked" : path.substring(start + artefact.length() + 1, end);
    }
}
