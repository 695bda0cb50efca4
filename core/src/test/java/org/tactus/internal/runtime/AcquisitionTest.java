// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.work.CodeWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;

/** What takes several things gives the first ones back when a later step breaks, whatever breaks it. */
class AcquisitionTest {
    @TempDir
    private Path folder;

    @Test
    void shouldPrepareNothingOfTheOthersWhenCodeIsGivenToASegmentThatIsNotThere() {
        final TaskSet set = TaskSet.builder("code").device(DeviceSpec.cpu("cpu0"))
            .task("control", t -> t.periodNs(1_000_000).segment("cpu0", 1_000)).build();
        final AtomicInteger open = new AtomicInteger();
        final CodeWorks works = new CodeWorks((of, devices, task, seed) -> {
            open.incrementAndGet();
            return List.<SegmentWork>of();
        }).segment("control", 1, job -> { });
        assertThrows(InvalidTaskSetException.class, () -> works.prepare(set, List.of(), set.tasks().getFirst(), 1));
        assertEquals(0, open.get(), "works were prepared that nobody closes");
    }

    @Test
    void shouldLeaveNoFileWhenItsMakerIsInterrupted() {
        final TaskSet set = TaskSet.builder("file").device(DeviceSpec.cpu("cpu0"))
            .task("any", t -> t.periodNs(1_000_000).segment("cpu0", 1_000)).build();
        final Path file = folder.resolve("counters");
        Thread.currentThread().interrupt();
        assertThrows(IOException.class, () -> new CountersFile(file, set.platform(), new CountersFile.Layout(4, 4, 1024), 0));
        assertTrue(Thread.interrupted());
        assertFalse(Files.exists(file));
    }

    @Test
    void shouldTakeTheRestBackWhenAStepThrowsAnError() {
        final List<String> taken = new ArrayList<>();
        final Undo undo = new Undo();
        undo.add(() -> taken.add("first"));
        undo.add(() -> {
            throw new LinkageError("on purpose");
        });
        undo.add(() -> {
            throw new IllegalStateException("on purpose, too");
        });
        assertThrows(IllegalStateException.class, undo::runOrThrow);
        assertEquals(List.of("first"), taken);
        final IllegalArgumentException cause = new IllegalArgumentException("why");
        undo.add(() -> taken.add("second"));
        undo.add(() -> {
            throw new LinkageError("on purpose");
        });
        undo.run(cause);
        assertEquals(List.of("first", "second"), taken);
        assertEquals(LinkageError.class, cause.getSuppressed()[0].getClass());
    }

    @Test
    void shouldWaitForNothingWhenAThreadWasNotStartedOrIsTheCaller() {
        assertTrue(ThreadEnd.await(Thread.ofPlatform().unstarted(() -> { }), 1));
        assertFalse(ThreadEnd.await(Thread.currentThread(), Long.MAX_VALUE));
    }

    @Test
    void shouldWaitForTheEndAndKeepTheInterruptWhenInterrupted() {
        final Thread slow = Thread.ofPlatform().start(() -> {
            try {
                Thread.sleep(50);
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.currentThread().interrupt();
        assertTrue(ThreadEnd.await(slow, Long.MAX_VALUE));
        assertTrue(Thread.interrupted());
    }
}
