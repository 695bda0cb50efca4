// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import com.google.ortools.Loader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import org.tactus.bindings.ArtefactLibrary;

/**
 * OR-Tools' native libraries, in the cache that those of the runtimes lie in. Its own loader unpacks all 70 MB of them at each start into
 * the folder for temporary files, where a process that is killed leaves them.
 */
public final class OrTools {
    private static final String LIBRARY = "libjniortools.so";
    private static boolean loaded;

    private OrTools() {
    }

    /**
     * Loads the libraries, once a process.
     *
     * @throws UnsatisfiedLinkError when they are not on the class path or not for this machine
     */
    @SuppressWarnings("restricted") // who starts Tactus allows native code, which it cannot do without
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        final String folder = "ortools-linux-" + (System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86-64");
        final URL library = ArtefactLibrary.find(folder + '/' + LIBRARY);
        if (library == null || !library.getProtocol().equals("jar") || !System.getProperty("os.name").startsWith("Linux")) {
            Loader.loadNativeLibraries(); // one that is installed, another system, or the error that there is none
        } else {
            System.load(unpacked(library, folder).toString());
        }
        loaded = true;
    }

    /** The library that the others lie beside. */
    private static Path unpacked(final URL library, final String folder) {
        try {
            final List<String> entries = ((JarURLConnection) library.openConnection()).getJarFile().stream()
                .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder + '/')).map(entry -> entry.getName()).toList();
            final String jar = library.toString().substring(0, library.toString().indexOf("!/") + 2);
            for (final String entry : entries) {
                ArtefactLibrary.extract(URI.create(jar + entry).toURL(), folder, "native");
            }
            return ArtefactLibrary.extract(library, folder, "native");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
