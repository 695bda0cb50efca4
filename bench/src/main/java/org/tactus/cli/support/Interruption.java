// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tactus.bindings.ArtefactLibrary;
import org.tactus.internal.child.ChildProcess;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.Printable;
import org.tactus.internal.watch.CountersFile;

/**
 * What SIGINT and SIGTERM do to a command. One that {@linkplain #endsInOrder ends in order} is told and waited for: its jobs end, its table
 * is printed, its files are written. Any other is ended at once with one line; a file that is being written is finished before.
 * Either way the JVM ends with 128 and the signal's number. Any thread.
 */
public final class Interruption {
    private static final long SETTLE_MS = 5_000;
    private static final CountDownLatch REQUESTED = new CountDownLatch(1);
    private static final CountDownLatch ENDED = new CountDownLatch(1);
    private static volatile boolean inOrder;

    private Interruption() {
    }

    /** Begins to listen; the main program calls it once. A command that a test calls in its own JVM is not listened for. */
    public static void install() {
        WholeFile.tellRemoved((folder, removed) -> say(removed, "unfinished", folder));
        Runtime.getRuntime().addShutdownHook(new Thread(Interruption::end, "tactus-interruption"));
    }

    /** Says that from now on the command looks for a request by itself and ends in order. */
    public static void endsInOrder() {
        inOrder = true;
    }

    /** Says that the command has printed and written everything. The main program calls it before it ends the JVM. */
    public static void ended() {
        OutputFolder.removeEmpty();
        ENDED.countDown();
    }

    /**
     * Waits for a request to end.
     *
     * @param ms how long at most, milliseconds
     * @return whether there was one
     * @throws InterruptedException when the thread is interrupted
     */
    public static boolean await(final long ms) throws InterruptedException {
        return REQUESTED.await(ms, TimeUnit.MILLISECONDS);
    }

    /**
     * Removes what killed processes left in a folder that a command is about to write to, and in the places that all share, and says so on
     * standard error.
     *
     * @param folder where; null for the working folder
     */
    public static void cleanUp(final Path folder) {
        say(WholeFile.removeLeft(folder == null ? Path.of("") : folder), "unfinished", folder == null ? Path.of(".") : folder);
        say(ChildProcess.removeLeft(), "shared", CountersFile.folder());
        try {
            final Path cache = ArtefactLibrary.cache();
            say(ArtefactLibrary.removeLeft(cache), "unfinished", cache);
        } catch (final IOException e) {
            return; // no cache, so nothing in it; who needs a library is told
        }
    }

    private static void say(final int removed, final String kind, final Path folder) {
        if (removed > 0) {
            System.err.println("removed " + removed + ' ' + kind + (removed == 1 ? " file" : " files")
                + " that a killed process left in " + Printable.line(folder));
        }
    }

    /** Whether the process was told to end. */
    public static boolean isRequested() {
        return REQUESTED.getCount() == 0;
    }

    /** The JVM's shutdown waits for this; it also begins when the command has ended by itself. */
    private static void end() {
        if (ENDED.getCount() == 0) {
            return;
        }
        REQUESTED.countDown();
        try {
            if (inOrder) {
                ENDED.await();
            } else {
                WholeFile.settle(SETTLE_MS);
                OutputFolder.removeEmpty();
                System.err.println("tactus: interrupted; what was not finished is not stored");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts a thread of the shutdown: there is nothing to hand it on to
        }
    }
}
