// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.ObjIntConsumer;
import org.tactus.bindings.LeftFiles;
import org.tactus.internal.text.Printable;

/**
 * Writes a file whole or not at all: into a temporary one beside it, which then takes its name. A reader sees the old content or
 * the new one; when writing fails, as on a full disk, the old file stays and nothing is left behind.
 *
 * <p>A new file gets the permissions that the umask leaves. One that is replaced keeps its permissions, its group and, where the
 * process may give files away, its owner. Of a symbolic link the file that it names is rewritten, and the link stays. What is
 * there and is no regular file, such as {@code /dev/stdout} or a pipe, is written to as it is.
 */
public final class WholeFile {
    private static final int MOST_LINKS = 40;
    private static final String PREFIX = ".tactus-";
    private static final String SUFFIX = ".tmp";
    private static final String OWN = PREFIX + ProcessHandle.current().pid() + '-';
    /** Writers share it; {@link #settle} takes it for good. */
    private static final ReentrantReadWriteLock WRITING = new ReentrantReadWriteLock();
    /** The folders that were looked through for drafts of killed processes. */
    private static final Set<Path> CLEAN = ConcurrentHashMap.newKeySet();
    private static volatile ObjIntConsumer<Path> removedTo = (folder, removed) -> { };

    private WholeFile() {
    }

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes all of it.
         *
         * @param out where to; not buffered, and to be flushed or closed when it was wrapped
         * @throws IOException when it cannot be written
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a text as UTF-8.
     *
     * @param file where; replaced when it exists
     * @param text what
     * @throws IOException when it cannot be written, with the file's name and the reason; the old file is there then
     */
    public static void write(final Path file, final String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes a file.
     *
     * @param file    where; replaced when it exists
     * @param content writes what
     * @throws IOException when it cannot be written, with the file's name and the reason; the old file is there then
     */
    public static void write(final Path file, final Content content) throws IOException {
        try {
            final Path target = target(file);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                require(target, file);
                try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
                    content.writeTo(out);
                }
            } else {
                replace(target, content);
            }
        } catch (final IOException e) {
            throw new IOException("cannot write " + Printable.line(file) + ": " + reason(e, file), e);
        }
    }

    /**
     * Says why a file of this name could not be written, without writing it: a folder is in its place, it is there and may not be
     * written, or its folder takes no new files.
     *
     * @param file where something will be written
     * @throws IOException with the file's name and the reason
     */
    public static void requireWritable(final Path file) throws IOException {
        try {
            final Path target = target(file);
            require(target, file);
            if (!Files.exists(target) || Files.isRegularFile(target)) {
                WRITING.readLock().lock();
                try {
                    Files.delete(draft(target));
                } finally {
                    WRITING.readLock().unlock();
                }
            }
        } catch (final IOException e) {
            throw new IOException("cannot write " + Printable.line(file) + ": " + reason(e, file), e);
        }
    }

    /** Opens a file as often as it is needed. */
    @FunctionalInterface
    public interface Opening<T> {
        /**
         * Opens it.
         *
         * @param file an empty file, which loses its name when this returns
         * @return what is open
         * @throws IOException when it cannot be opened
         */
        T open(Path file) throws IOException;
    }

    /**
     * Makes an empty file for as long as it is open: it loses its name as soon as it has one, so that nothing is left of it however the
     * process ends. What a kill between the two leaves goes with the drafts.
     *
     * @param folder where, for its room
     * @return open for reading and writing
     * @throws IOException when it cannot be made
     */
    public static FileChannel scratch(final Path folder) throws IOException {
        return scratch(folder, draft -> FileChannel.open(draft, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /**
     * Makes an empty file for as long as what opens it keeps it open, as {@link #scratch(Path)} does.
     *
     * @param folder  where, for its room
     * @param opening opens it while it has a name
     * @param <T>     what is open
     * @return what was opened
     * @throws IOException when it cannot be made
     */
    public static <T> T scratch(final Path folder, final Opening<T> opening) throws IOException {
        WRITING.readLock().lock();
        try {
            final Path draft = draft(folder.resolve("scratch"));
            try {
                return opening.open(draft);
            } finally {
                Files.delete(draft);
            }
        } finally {
            WRITING.readLock().unlock();
        }
    }

    /** Makes something that {@link #settle} waits for, and that does not begin after it. */
    @FunctionalInterface
    interface Making<T> {
        T make() throws IOException;
    }

    static <T> T whileWritesMayBegin(final Making<T> making) throws IOException {
        WRITING.readLock().lock();
        try {
            return making.make();
        } finally {
            WRITING.readLock().unlock();
        }
    }

    /**
     * Waits until every file that is being written is whole, and lets none begin: the process ends, and leaves no draft behind.
     *
     * @param ms how long to wait at most, milliseconds
     * @return whether all are whole
     * @throws InterruptedException when the thread is interrupted
     */
    public static boolean settle(final long ms) throws InterruptedException {
        return WRITING.writeLock().tryLock(ms, TimeUnit.MILLISECONDS);
    }

    /**
     * Removes the drafts that killed processes left in a folder. A process holds a lock on its draft while it lives. The first file that is
     * written to a folder does so, too.
     *
     * @param folder where; it need not exist
     * @return how many were removed
     */
    public static int removeLeft(final Path folder) {
        return LeftFiles.remove(folder, PREFIX + '*' + SUFFIX, OWN);
    }

    /**
     * Says who is told of drafts that were removed before a file was written.
     *
     * @param to takes the folder and how many there were; called by whoever writes
     */
    public static void tellRemoved(final ObjIntConsumer<Path> to) {
        removedTo = to;
    }

    private static void removeLeftOnce(final Path folder) {
        if (CLEAN.add(folder)) {
            final int removed = removeLeft(folder);
            if (removed > 0) {
                removedTo.accept(folder, removed);
            }
        }
    }

    /** The file that a chain of symbolic links names, whether or not it exists. */
    private static Path target(final Path file) throws IOException {
        Path target = file.toAbsolutePath();
        for (int i = 0; Files.isSymbolicLink(target); i++) {
            if (i == MOST_LINKS) {
                throw new IOException("its symbolic links go round in a circle");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static void require(final Path target, final Path file) throws IOException {
        if (Files.isDirectory(target)) {
            throw new IOException("it is a folder; remove it or choose another name than " + Printable.line(file.getFileName()));
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new IOException("it is there and may not be written; change its permissions or choose another place");
        }
    }

    private static void replace(final Path target, final Content content) throws IOException {
        require(target, target);
        removeLeftOnce(target.getParent());
        WRITING.readLock().lock();
        try {
            replaceWhole(target, content);
        } finally {
            WRITING.readLock().unlock();
        }
    }

    private static void replaceWhole(final Path target, final Content content) throws IOException {
        final Path draft = draft(target);
        try {
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                LeftFiles.hold(channel);
                content.writeTo(new Open(Channels.newOutputStream(channel)));
                channel.force(true); // a disk that fills up while the system writes behind is found here, not after the renaming
            }
            takeOver(target, draft);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Makes an empty file beside another, under an unpredictable name; a link that is in its way is never followed. */
    private static Path draft(final Path target) throws IOException {
        while (true) {
            final Path draft = target.resolveSibling(
                OWN + Long.toHexString(ThreadLocalRandom.current().nextLong()) + SUFFIX);
            try {
                return Files.createFile(draft);
            } catch (final FileAlreadyExistsException e) {
                continue; // another name
            }
        }
    }

    private static void takeOver(final Path target, final Path draft) throws IOException {
        final PosixFileAttributeView from = Files.getFileAttributeView(target, PosixFileAttributeView.class);
        final PosixFileAttributeView to = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
        if (from == null || to == null) {
            return; // a file system without permissions
        }
        final PosixFileAttributes old;
        try {
            old = from.readAttributes();
        } catch (final NoSuchFileException e) {
            return; // a new file
        }
        final PosixFileAttributes made = to.readAttributes();
        try {
            if (!made.owner().equals(old.owner())) {
                to.setOwner(old.owner());
            }
            if (!made.group().equals(old.group())) {
                to.setGroup(old.group());
            }
        } catch (final IOException e) {
            to.setPermissions(made.permissions()); // only root gives files away: then it is the writer's own
        }
        to.setPermissions(old.permissions());
    }

    /** Names the file or its folder, never the draft, which the reader does not know. */
    private static String reason(final IOException e, final Path file) {
        final String folder = String.valueOf(file.toAbsolutePath().getParent());
        return Printable.line(switch (e) {
            case NoSuchFileException missing -> Files.isDirectory(file.toAbsolutePath().getParent())
                ? "its folder takes no files: " + folder : "there is no such folder: " + folder;
            case AccessDeniedException denied -> "no permission in its folder: " + folder;
            case FileSystemException failed when failed.getReason() != null -> failed.getReason();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        });
    }

    /** Stays open when a writer closes it: what was written is not on the disk yet. */
    private static final class Open extends OutputStream {
        private final OutputStream to;

        Open(final OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(final int b) throws IOException {
            to.write(b);
        }

        @Override
        public void write(final byte[] bytes, final int offset, final int length) throws IOException {
            to.write(bytes, offset, length);
        }
    }
}
