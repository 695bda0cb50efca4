// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;

/**
 * A native library that lies inside an artefact on the class path or module path: taken out once into {@code ~/.cache/tactus}, or the
 * folder of {@code -Dtactus.cache}.
 */
public final class ArtefactLibrary {
    /** Names the folder that extracted libraries lie in. */
    public static final String CACHE_PROPERTY = "tactus.cache";

    private static final String PART = ".part";
    private static final String OWN = ProcessHandle.current().pid() + "-";
    private static final String REMEDY = "name a folder that can be written by XDG_CACHE_HOME or -D" + CACHE_PROPERTY + "=DIR";

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
     * Takes a library out, unless that was done before. A file of other bytes than the artefact's, such as after a power cut, is written
     * anew: loading it would end the process.
     *
     * @param resource the library's place in the artefact
     * @param artefact the artefact's name, such as {@code onnxruntime}
     * @param platform the artefact's word for this machine
     * @return the file
     * @throws IOException when it cannot be read or written
     */
    public static Path extract(final URL resource, final String artefact, final String platform) throws IOException {
        final String name = resource.getPath().substring(resource.getPath().lastIndexOf('/') + 1);
        final String version = version(resource, artefact);
        final Path folder =
            cache().resolve(artefact + "-" + version + (version.endsWith(platform) ? "" : "-" + platform));
        final Path file = folder.resolve(name);
        if (holds(file, resource)) {
            return file;
        }
        try {
            Files.createDirectories(folder);
            LeftFiles.remove(folder, '*' + PART, OWN);
            final Path part = Files.createTempFile(folder, OWN + name, PART);
            try {
                part.toFile().deleteOnExit(); // where a signal ends the process meanwhile
                try (InputStream in = resource.openStream(); FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                    LeftFiles.hold(channel);
                    in.transferTo(Channels.newOutputStream(channel));
                }
                try {
                    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
                } catch (final AtomicMoveNotSupportedException e) {
                    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (final IOException e) {
            throw new IOException("cannot take " + name + " out into " + folder + ": "
                + (e instanceof AccessDeniedException ? "permission denied" : e.getMessage() == null ? e.toString() : e.getMessage())
                + "; " + REMEDY, e);
        }
        return file;
    }

    /** Whether a file has the bytes of a resource, by length and CRC-32; a jar knows those of its entries. */
    private static boolean holds(final Path file, final URL resource) throws IOException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            return false;
        }
        final URLConnection connection = resource.openConnection();
        if (connection instanceof final JarURLConnection jar) {
            final JarEntry entry = jar.getJarEntry();
            if (entry.getSize() >= 0 && entry.getCrc() >= 0) {
                return Files.size(file) == entry.getSize() && crc(Files.newInputStream(file)) == entry.getCrc();
            }
        }
        return crc(Files.newInputStream(file)) == crc(connection.getInputStream());
    }

    private static long crc(final InputStream bytes) throws IOException {
        final CRC32 crc = new CRC32();
        final byte[] some = new byte[1 << 16];
        try (bytes) {
            for (int read = bytes.read(some); read >= 0; read = bytes.read(some)) {
                crc.update(some, 0, read);
            }
        }
        return crc.getValue();
    }

    /**
     * Removes what processes left that were killed while they took a library out.
     *
     * @param cache the folder, see {@link #cache}
     * @return how many files were removed
     */
    public static int removeLeft(final Path cache) {
        int removed = 0;
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(cache, path -> Files.isDirectory(path))) {
            for (final Path folder : folders) {
                removed += LeftFiles.remove(folder, '*' + PART, OWN);
            }
        } catch (final IOException | DirectoryIteratorException e) {
            return removed; // nothing was taken out yet
        }
        return removed;
    }

    /**
     * Where libraries are taken out to.
     *
     * @return the folder, which may not exist yet
     * @throws IOException with one line when there can be none
     */
    public static Path cache() throws IOException {
        return cache(System.getProperty(CACHE_PROPERTY), System.getenv("XDG_CACHE_HOME"), UserHome.path(),
            Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * Where libraries are taken out to: the folder that was named, else the user's cache. The JVM calls the home of a user that no passwd
     * knows "?"; a service's may be "/", or not there. Where no folder can be made there, it is one of the user's own in the folder for
     * temporary files, unless another user has taken its name.
     *
     * @throws IOException with one line when there is no such folder
     */
    static Path cache(final String given, final String xdg, final String home, final Path temporary) throws IOException {
        if (given != null) {
            return Path.of(given);
        }
        if (xdg != null && xdg.startsWith("/")) { // the XDG specification: a relative one is invalid
            return Path.of(xdg, "tactus");
        }
        final Path usual = home == null || !home.startsWith("/") ? null : Path.of(home, ".cache", "tactus");
        if (usual != null && canBeMade(usual)) {
            return usual;
        }
        final Path own = temporary.resolve("tactus-" + userId());
        if (isOwn(own)) {
            return own;
        }
        throw new IOException("cannot make " + (usual == null ? own : usual) + "; " + REMEDY);
    }

    private static String userId() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
        } catch (final IOException | UnsupportedOperationException | IllegalArgumentException e) { // not Linux
            return System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9_-]", "_");
        }
    }

    private static boolean canBeMade(final Path folder) {
        Path there = folder;
        while (there != null && Files.notExists(there)) {
            there = there.getParent();
        }
        return there != null && Files.isDirectory(there) && Files.isWritable(there);
    }

    /** Makes a folder that only this user may write to; false when somebody else has it, or it cannot be made. */
    private static boolean isOwn(final Path folder) {
        try {
            if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            final Path mine = Files.createTempFile(folder, OWN + "owner", PART);
            try {
                return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && Files.getOwner(folder).equals(Files.getOwner(mine))
                    && !Files.getPosixFilePermissions(folder).contains(PosixFilePermission.GROUP_WRITE)
                    && !Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE);
            } finally {
                Files.deleteIfExists(mine);
            }
        } catch (final IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** The artefact's version as its file name says, such as 1.29.0. */
    private static String version(final URL resource, final String artefact) {
        final String path = resource.getPath();
        final int end = path.indexOf(".jar!");
        final int start = path.lastIndexOf(artefact + "-", Math.max(end, 0));
        return end < 0 || start < 0 ? "unpacked" : path.substring(start + artefact.length() + 1, end);
    }
}
