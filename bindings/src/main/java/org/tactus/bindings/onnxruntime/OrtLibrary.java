package org.tactus.bindings.onnxruntime;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Finds libonnxruntime: at the path of a system property, or inside the Maven artefact, from which it is taken out once into a
 * folder of the user's cache.
 */
final class OrtLibrary {
    /** Names a library file to use instead of the one in the artefact. */
    static final String PATH_PROPERTY = "tactus.onnxruntime.library";
    /** Names the folder that extracted libraries lie in. */
    static final String CACHE_PROPERTY = "tactus.cache";

    private OrtLibrary() {
    }

    /**
     * Loads the library and finds its one exported function.
     *
     * @throws IOException with one line that says what is missing and what would mend it
     */
    static MemorySegment apiBase() throws IOException {
        final String given = System.getProperty(PATH_PROPERTY);
        final Path file;
        if (given == null) {
            file = extracted();
        } else {
            file = Path.of(given);
            if (!Files.isRegularFile(file)) {
                throw new IOException("no file at " + file + "; " + PATH_PROPERTY + " names the path of libonnxruntime.so");
            }
        }
        try {
            return SymbolLookup.libraryLookup(file, Arena.global()).find("OrtGetApiBase").orElseThrow(
                () -> new IOException(file + " has no function OrtGetApiBase; it is not ONNX Runtime's library"));
        } catch (final IllegalArgumentException e) {
            throw new IOException(file + " cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static Path extracted() throws IOException {
        final String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        final String arch = System.getProperty("os.arch").equals("amd64") ? "x64" : System.getProperty("os.arch");
        final String system = os.startsWith("mac") ? "osx" : os;
        final String name = System.mapLibraryName("onnxruntime");
        final String entry = "/ai/onnxruntime/native/" + system + "-" + arch + "/" + name;
        final URL resource = OrtLibrary.class.getResource(entry);
        if (resource == null) {
            throw new IOException("ONNX Runtime is not on the class path for " + system + "-" + arch
                + "; add com.microsoft.onnxruntime:onnxruntime, or name a library file with -D" + PATH_PROPERTY + "=FILE");
        }
        final long bytes = resource.openConnection().getContentLengthLong();
        final Path folder = cache().resolve("onnxruntime-" + version(resource) + "-" + system + "-" + arch);
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
    private static String version(final URL resource) {
        final String path = resource.getPath();
        final int end = path.indexOf(".jar!");
        final int start = path.lastIndexOf("onnxruntime-", Math.max(end, 0));
        return end < 0 || start < 0 ? "unpacked" : path.substring(start + "onnxruntime-".length(), end);
    }
}
