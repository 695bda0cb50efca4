// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tactus.bindings.ArtefactLibrary;
import org.tactus.bindings.linux.ProcessEnvironment;

/**
 * Finds libonnxruntime: at the path of a system property, or inside the Maven artefact, from which it is taken out once into a
 * folder of the user's cache.
 */
final class OrtLibrary {
    /** Names a library file to use instead of the one in the artefact. */
    static final String PATH_PROPERTY = "tactus.onnxruntime.library";

    /** ONNX Runtime 1.29 reports nothing when this variable is 1. */
    private static final String TELEMETRY_SWITCH = "ORT_DISABLE_TELEMETRY";

    private static final List<String> PROVIDERS = List.of("onnxruntime_providers_shared", "onnxruntime_providers_cuda");

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
        // Its reports to its maker would write files, start threads and ask name servers beside hard deadlines, and reading a command line
        // of 4,000 characters for them overflows the stack. The library looks at the variable when it is loaded and when it is first used.
        ProcessEnvironment.setIfAbsent(TELEMETRY_SWITCH, "1");
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
        final String entry = "ai/onnxruntime/native/" + system + "-" + arch + "/" + name;
        final URL resource = ArtefactLibrary.find(entry);
        if (resource == null) {
            throw new IOException("ONNX Runtime is not on the class path or module path for " + system + "-" + arch
                + "; add com.microsoft.onnxruntime:onnxruntime, or name a library file with -D" + PATH_PROPERTY + "=FILE");
        }
        // the build for GPUs finds its providers beside it
        final String artefact = resource.getPath().contains("onnxruntime_gpu-") ? "onnxruntime_gpu" : "onnxruntime";
        final String folder = entry.substring(0, entry.lastIndexOf('/') + 1);
        for (final String provider : PROVIDERS) {
            final URL beside = ArtefactLibrary.find(folder + System.mapLibraryName(provider));
            if (beside != null) {
                ArtefactLibrary.extract(beside, artefact, system + "-" + arch);
            }
        }
        return ArtefactLibrary.extract(resource, artefact, system + "-" + arch);
    }
}
