// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.tactus.bindings.LeftFiles;
import org.tactus.internal.text.Printable;

/**
 * A folder for what a measurement needs only while it runs, in the folder for temporary files. It goes with all that is in it when it is
 * closed, and when a signal ends the process; what a killed process left is removed when the next one is made, which says so.
 */
public final class ScratchFolder implements AutoCloseable {
    private static final String PREFIX = "tactus-scratch-";
    private static final String OWN = PREFIX + ProcessHandle.current().pid() + '-';
    private static final String HELD = ".held";

    private final Path path;
    private final FileChannel held;
    private final Thread atExit;

    private ScratchFolder(final Path path, final FileChannel held) {
        this.path = path;
        this.held = held;
        this.atExit = new Thread(this::delete, "tactus-scratch");
    }

    /**
     * Makes an empty folder.
     *
     * @return the folder, to be closed
     * @throws IOException when it cannot be made
     */
    public static ScratchFolder make() throws IOException {
        final Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        removeLeft(temporary);
        final Path made = Files.createTempDirectory(temporary, OWN);
        final FileChannel held = FileChannel.open(made.resolve(HELD), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        LeftFiles.hold(held);
        final ScratchFolder scratch = new ScratchFolder(made, held);
        Runtime.getRuntime().addShutdownHook(scratch.atExit);
        return scratch;
    }

    /**
     * Where it is.
     *
     * @return the folder's path
     */
    public Path path() {
        return path;
    }

    private static void removeLeft(final Path temporary) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + '*')) {
            for (final Path folder : folders) {
                if (!folder.getFileName().toString().startsWith(OWN) && LeftFiles.remove(folder, HELD, OWN) > 0) {
                    delete(folder);
                    System.err.println("removed " + Printable.line(folder) + ", which a killed process left");
                }
            }
        }
    }

    private void delete() {
        try {
            delete(path);
        } catch (final IOException e) {
            System.err.println("warning: " + Printable.line(path) + " cannot be removed: " + Printable.line(e.getMessage()));
        }
    }

    private static void delete(final Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(final Path file, final IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // its process has removed it meanwhile
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(final Path visited, final IOException e) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        held.close();
        delete(path);
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (final IllegalStateException e) {
            return; // the process ends, and the hook finds nothing to do
        }
    }
}
