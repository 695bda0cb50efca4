package org.tactus.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.Allocation;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.Fixtures;

class CountersFileTest {
    private static final long ZERO_NS = 1L << 41;

    @TempDir
    private Path folder;

    @Test
    void shouldSeeEveryCounterWhenASecondMappingReads() throws IOException {
        final Path path = folder.resolve("c");
        final CountersReader reader;
        try (CountersFile file = file(path)) {
            reader = new CountersReader(path);
            assertTrue(reader.isAlive());
            assertEquals(ProcessHandle.current().pid(), reader.pid());
            assertEquals(1234, reader.startMillis());
            file.onEvent(EventType.RELEASE, ZERO_NS + 1, 0, 0, 0, 0, ZERO_NS);
            assertEquals(1, reader.devices().getFirst().present());
            file.onEvent(EventType.START, ZERO_NS + 2, 0, 0, 0, 0, 0);
            file.onEvent(EventType.END, ZERO_NS + 12, 0, 0, 0, 0, 0);
            file.onEvent(EventType.HAND_OVER, ZERO_NS + 12, 0, 0, 1, 0, 1);
            file.onEvent(EventType.ARRIVE, ZERO_NS + 13, 1, 0, 1, 0, 0);
            file.onEvent(EventType.OVERRUN, ZERO_NS + 90, 1, 0, 1, 0, 4);
            file.onEvent(EventType.COMPLETE, ZERO_NS + 100, 1, 0, 0, 0, ZERO_NS);
            file.onEvent(EventType.MISS, ZERO_NS + 100, 1, 0, 0, 0, 3);
            file.onEvent(EventType.HAND_OVER, ZERO_NS + 100, 1, 0, 1, 0, 0);
            file.onEvent(EventType.ARRIVE, ZERO_NS + 100, 0, 0, 1, 0, 0);
            file.onEvent(EventType.SKIP, ZERO_NS + 101, 0, 2, 0, -1, ZERO_NS);
            file.onEvent(EventType.STOP, ZERO_NS + 102, 0, 2, 0, -1, 0);
            file.dropped(5);
            final List<CountersReader.TaskCounters> tasks = reader.tasks();
            assertEquals(new CountersReader.TaskCounters(0, "detect", true, 250 * Fixtures.MS, 250 * Fixtures.MS, OptionalLong.of(77), 1, 1,
                1, 1, 0, 0, 100, 100), tasks.getFirst());
            assertEquals(Fixtures.SET.tasks().get(2).name(), tasks.get(2).name());
            assertFalse(tasks.get(2).live());
            assertEquals(1, tasks.get(2).skipped());
            assertEquals(new CountersReader.DeviceCounters("cpu0", 10, 0), reader.devices().get(0));
            assertEquals(new CountersReader.DeviceCounters("acc0", 0, 0), reader.devices().get(1));
            assertEquals(102, reader.updatedNs());
            assertEquals(5, reader.dropped());
            file.bound(0, OptionalLong.of(78));
            assertEquals(78, reader.tasks().getFirst().boundNs().orElseThrow());
            assertEquals(0, file.hotState().addressOffset() % 64, "the hot state begins on a cache line");
            file.hotState().putLong(248, 9);
            assertEquals(9, reader.hotState().getLong(248));
            assertEquals(256, reader.hotState().capacity());
            assertEquals(8, reader.taskCapacity());
            assertEquals(4, reader.segmentCapacity());
            file.define(0, Fixtures.SET.tasks().get(1), OptionalLong.empty());
            assertEquals(0, reader.tasks().getFirst().jobs());
            assertEquals("track", reader.tasks().getFirst().name());
            assertEquals(OptionalLong.empty(), reader.tasks().getFirst().boundNs());
        }
        assertFalse(reader.isAlive());
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldNeverGoBackWhenReadWhileWritten() throws IOException, InterruptedException {
        final Path path = folder.resolve("c");
        final int jobs = 300_000;
        try (CountersFile file = file(path)) {
            final CountersReader reader = new CountersReader(path);
            final Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < jobs; i++) {
                    file.onEvent(EventType.RELEASE, ZERO_NS + i, 0, 1, 0, i, ZERO_NS);
                    file.onEvent(EventType.COMPLETE, ZERO_NS + i, 0, 1, 0, i, ZERO_NS);
                }
            });
            long last = 0;
            while (writer.isAlive()) {
                final CountersReader.TaskCounters task = reader.tasks().get(1);
                assertTrue(task.jobs() >= last && task.released() <= jobs);
                last = task.jobs();
            }
            writer.join();
            assertEquals(jobs, reader.tasks().get(1).jobs());
            assertEquals(jobs - 1, reader.tasks().get(1).maxNs());
        }
    }

    @Test
    void shouldRefuseWithAReasonWhenAFileIsNotOurs() throws IOException {
        final Path path = folder.resolve("c");
        Files.write(path, new byte[10]);
        assertTrue(assertThrows(IOException.class, () -> new CountersReader(path)).getMessage().contains("10 bytes"));
        Files.write(path, new byte[4096]);
        assertTrue(assertThrows(IOException.class, () -> new CountersReader(path)).getMessage().contains("not a counters file"));
        try (CountersFile file = file(path)) {
            file.dropped(0);
            final byte[] bytes = Files.readAllBytes(path);
            final byte[] shorter = Arrays.copyOf(bytes, bytes.length - 8);
            Files.write(folder.resolve("short"), shorter);
            assertTrue(assertThrows(IOException.class, () -> new CountersReader(folder.resolve("short"))).getMessage().contains("damaged"));
            bytes[CountersDescriptor.VERSION_OFFSET] = 9;
            Files.write(folder.resolve("newer"), bytes);
            final IOException newer = assertThrows(IOException.class, () -> new CountersReader(folder.resolve("newer")));
            assertTrue(newer.getMessage().contains("version 9"));
        }
    }

    @Test
    void shouldBeListedWhenItLiesInTheUsualFolder() throws IOException {
        final Path path = CountersFile.pathOf(ProcessHandle.current().pid());
        try (CountersFile file = file(path)) {
            file.dropped(0);
            assertTrue(CountersReader.list().contains(path));
        }
        assertFalse(CountersReader.list().contains(path));
    }

    @Test
    void shouldBeStaleWhenItsProcessIsGone() throws IOException, InterruptedException {
        final Path path = CountersFile.pathOf(ProcessHandle.current().pid()).resolveSibling("tactus-stale-test.counters");
        final Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        try (CountersFile file = file(path)) {
            file.dropped(0);
            assertFalse(CountersReader.stale().contains(path));
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, gone.pid()), CountersDescriptor.PID_OFFSET);
            }
            assertTrue(CountersReader.stale().contains(path));
            assertEquals(3, new CountersReader(path).tasks().size(), "its last counters can still be read");
            try (CountersFile next = CountersFile.open(Fixtures.SET.platform(), new CountersFile.Layout(8, 4, 0), 1)) {
                assertTrue(Files.exists(next.path()));
                assertFalse(Files.exists(path), "the next run removes what a killed one left");
            }
        }
    }

    @Test
    void shouldAllocateNothingWhenCounting() throws IOException {
        try (CountersFile file = file(folder.resolve("c"))) {
            assertEquals(0, Allocation.bytes(() -> {
                for (int i = 0; i < 2000; i++) {
                    file.onEvent(EventType.RELEASE, i, 0, 1, 0, i, 0);
                    file.onEvent(EventType.COMPLETE, i, 0, 1, 0, i, 0);
                }
            }));
        }
    }

    private static CountersFile file(final Path path) throws IOException {
        final CountersFile file = new CountersFile(path, Fixtures.SET.platform(), new CountersFile.Layout(8, 4, 256), 1234);
        file.zero(ZERO_NS);
        file.defineAll(Fixtures.SET.tasks(), Collections.nCopies(3, OptionalLong.of(77)));
        return file;
    }
}
