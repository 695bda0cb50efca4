// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.Allocation;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.Fixtures;

class CountersFileTest {
    private static final long ZERO_NS = 1L << 41;

    @TempDir
    private Path folder;

    private static long descriptors(final Path file) throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.map(CountersFileTest::target).filter(target -> target.contains(file.toString())).count();
        }
    }

    private static String target(final Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (final IOException e) {
            return ""; // closed meanwhile
        }
    }

    @Test
    void shouldRemoveAFileThatSaysNothingYetWhenItsProcessWasKilledMeanwhile() throws IOException {
        final Path left = CountersFile.folder().resolve("tactus-1-" + Long.toHexString(System.nanoTime()) + ".counters");
        Files.write(left, new byte[100]);
        try {
            CountersFile.removeLeft();
            assertTrue(Files.exists(left), "made this moment");
            Files.setLastModifiedTime(left, FileTime.fromMillis(0));
            assertTrue(CountersFile.removeLeft() >= 1);
            assertFalse(Files.exists(left));
        } finally {
            Files.deleteIfExists(left);
        }
    }

    @Test
    void shouldNotCountALateEventWhenAnotherTaskHasTheRecord() throws IOException {
        final Path path = folder.resolve("c");
        try (CountersFile file = file(path)) {
            final CountersReader reader = new CountersReader(path);
            file.counters().define(0, 7, Fixtures.SET.tasks().get(0), OptionalLong.empty());
            file.counters().onTaskEvent(EventType.RELEASE, ZERO_NS + 1, 0, 0, 7, 0, 0, ZERO_NS);
            file.counters().define(0, 8, Fixtures.SET.tasks().get(1), OptionalLong.empty());
            file.counters().onTaskEvent(EventType.COMPLETE, ZERO_NS + 2, 0, 0, 7, 0, 0, ZERO_NS);
            file.counters().onTaskEvent(EventType.STOP, ZERO_NS + 3, 0, 0, 7, 0, -1, 0);
            assertFalse(file.counters().holds(0, 7));
            assertTrue(file.counters().holds(0, 8));
            final CountersReader.TaskCounters task = reader.tasks().getFirst();
            assertEquals(Fixtures.SET.tasks().get(1).name(), task.name());
            assertTrue(task.live(), "a stop of the record's last task has stopped its next");
            assertEquals(0, task.jobs());
            file.counters().onTaskEvent(EventType.RELEASE, ZERO_NS + 4, 0, 0, 8, 0, 0, ZERO_NS);
            assertEquals(1, reader.tasks().getFirst().released());
        }
    }

    @Test
    void shouldAskForAnotherReadWhenARecordWasWrittenMeanwhile() {
        final AtomicBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        final long begun = RecordVersion.beginRead(buffer, 8);
        assertTrue(RecordVersion.isUnchanged(buffer, 8, begun));
        RecordVersion.beginWrite(buffer, 8);
        assertFalse(RecordVersion.isUnchanged(buffer, 8, RecordVersion.beginRead(buffer, 8)), "it is being written");
        RecordVersion.endWrite(buffer, 8);
        assertFalse(RecordVersion.isUnchanged(buffer, 8, begun), "a whole writing came between");
        assertTrue(RecordVersion.isUnchanged(buffer, 8, RecordVersion.beginRead(buffer, 8)));
    }

    @Test
    void shouldLeaveARecordOutWhenItsWriterDiedHalfWay() throws IOException {
        final Path path = folder.resolve("c");
        try (CountersFile file = file(path); FileChannel channel = FileChannel.open(
            file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final CountersReader reader = new CountersReader(path);
            final int before = reader.tasks().size();
            final AtomicBuffer buffer = new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()));
            RecordVersion.beginWrite(buffer, CountersDescriptor.taskOffset(1) + CountersDescriptor.CHANGES_OFFSET);
            assertEquals(before - 1, reader.tasks().size());
        }
    }

    @Test
    void shouldShowADeviceBusyWhenItsSegmentDoesNotEnd() throws IOException {
        final Path path = folder.resolve("stuck");
        try (CountersFile file = file(path)) {
            final CountersReader reader = new CountersReader(path);
            file.counters().onEvent(EventType.START, ZERO_NS + 100, 0, 0, 0, 0, 0);
            assertEquals(0, reader.devices().getFirst().busyNs());
            file.counters().round(ZERO_NS + 1000);
            assertEquals(1000, reader.updatedNs());
            assertEquals(900, reader.devices().getFirst().busyNs());
            file.counters().onEvent(EventType.ARRIVE, ZERO_NS + 800, 1, 0, 1, 0, 0); // of another device's ring
            assertEquals(1000, reader.updatedNs(), "time does not go back");
            file.counters().onEvent(EventType.END, ZERO_NS + 1100, 0, 0, 0, 0, 0);
            file.counters().round(ZERO_NS + 5000);
            assertEquals(1000, reader.devices().getFirst().busyNs());
        }
    }

    /** The rings are read one after the other: what a job does on the second device may be told before its end on the first. */
    @Test
    void shouldKnowHowBusyDevicesAreWhenTheirRingsTellAJobOutOfOrder() throws IOException {
        final Path path = folder.resolve("order");
        try (CountersFile file = file(path)) {
            final CountersReader reader = new CountersReader(path);
            for (int job = 0; job < 3; job++) {
                final long t = ZERO_NS + 10_000L * job;
                file.counters().onEvent(EventType.START, t + 100, 1, 0, 0, job, 0);
                file.counters().onEvent(EventType.START, t + 510, 0, 0, 1, job, 0);
                file.counters().onEvent(EventType.END, t + 530, 0, 0, 1, job, 0);
                file.counters().onEvent(EventType.END, t + 500, 1, 0, 0, job, 0);
            }
            file.counters().round(ZERO_NS + 1_000_000);
            assertEquals(3 * 20, reader.devices().get(0).busyNs());
            assertEquals(3 * 400, reader.devices().get(1).busyNs());
        }
    }

    @Test
    void shouldSeeEveryCounterWhenASecondMappingReads() throws IOException {
        final Path path = folder.resolve("c");
        final CountersReader reader;
        try (CountersFile file = file(path)) {
            reader = new CountersReader(path);
            assertTrue(reader.isAlive());
            assertEquals(ProcessHandle.current().pid(), reader.pid());
            assertEquals(1234, reader.startMillis());
            file.counters().onEvent(EventType.RELEASE, ZERO_NS + 1, 0, 0, 0, 0, ZERO_NS);
            assertEquals(1, reader.devices().getFirst().present());
            file.counters().onEvent(EventType.START, ZERO_NS + 2, 0, 0, 0, 0, 0);
            file.counters().onEvent(EventType.END, ZERO_NS + 12, 0, 0, 0, 0, 0);
            file.counters().onEvent(EventType.HAND_OVER, ZERO_NS + 12, 0, 0, 1, 0, 1);
            file.counters().onEvent(EventType.ARRIVE, ZERO_NS + 13, 1, 0, 1, 0, 0);
            file.counters().onEvent(EventType.OVERRUN, ZERO_NS + 90, 1, 0, 1, 0, 4);
            file.counters().onEvent(EventType.COMPLETE, ZERO_NS + 100, 1, 0, 0, 0, ZERO_NS);
            file.counters().onEvent(EventType.MISS, ZERO_NS + 100, 1, 0, 0, 0, 3);
            file.counters().onEvent(EventType.HAND_OVER, ZERO_NS + 100, 1, 0, EventType.NO_SEGMENT, 0, 0);
            file.counters().onEvent(EventType.ARRIVE, ZERO_NS + 100, 0, 0, EventType.NO_SEGMENT, 0, 0);
            file.counters().onEvent(EventType.SKIP, ZERO_NS + 101, 0, 2, 0, -1, ZERO_NS);
            file.counters().onEvent(EventType.STOP, ZERO_NS + 102, 0, 2, 0, -1, 0);
            file.counters().dropped(5);
            final List<CountersReader.TaskCounters> tasks = reader.tasks();
            assertEquals(new CountersReader.TaskCounters(0, "detect", true, 250 * Fixtures.MS, 250 * Fixtures.MS, OptionalLong.of(77), 1, 1,
                1, 1, 0, 0, 100, 100, 100, 100, 0, 0), tasks.getFirst());
            assertEquals(Fixtures.SET.tasks().get(2).name(), tasks.get(2).name());
            assertFalse(tasks.get(2).live());
            assertEquals(1, tasks.get(2).skipped());
            assertEquals(new CountersReader.DeviceCounters("cpu0", 10, 0, 0, 0, 0), reader.devices().get(0));
            assertEquals(new CountersReader.DeviceCounters("acc0", 0, 0, 0, 0, 0), reader.devices().get(1));
            assertEquals(102, reader.updatedNs());
            assertEquals(5, reader.dropped());
            file.counters().bound(0, OptionalLong.of(78));
            assertEquals(78, reader.tasks().getFirst().boundNs().orElseThrow());
            assertEquals(0, file.hotState().addressOffset() % 64, "the hot state begins on a cache line");
            file.hotState().putLong(248, 9);
            assertEquals(9, reader.hotState().getLong(248));
            assertEquals(256, reader.hotState().capacity());
            assertEquals(8, reader.taskCapacity());
            assertEquals(4, reader.segmentCapacity());
            file.counters().define(0, Fixtures.SET.tasks().get(1), OptionalLong.empty());
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
                    file.counters().onEvent(EventType.RELEASE, ZERO_NS + i, 0, 1, 0, i, ZERO_NS);
                    file.counters().onEvent(EventType.COMPLETE, ZERO_NS + i, 0, 1, 0, i, ZERO_NS);
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
        Files.delete(path);
        try (CountersFile file = file(path)) {
            file.counters().dropped(0);
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
        final Path path = CountersFile.newPath();
        try (CountersFile file = file(path)) {
            file.counters().dropped(0);
            assertTrue(CountersReader.list().contains(path));
        }
        assertFalse(CountersReader.list().contains(path));
    }

    /** What another process does: it makes a counters file, says where, and waits until it is killed. */
    static final class Owner {
        private Owner() {
        }

        public static void main(final String[] words) throws Exception {
            System.out.println(file(CountersFile.newPath()).path());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    private static void put(final Path file, final int offset, final long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, value), offset);
        }
    }

    @Test
    void shouldBeStaleWhenItsProcessIsGoneWhateverNumberItHad() throws IOException, InterruptedException {
        final Process owner = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-cp", System.getProperty("java.class.path"), Owner.class.getName()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final Path path = Path.of(new BufferedReader(new InputStreamReader(owner.getInputStream(), StandardCharsets.UTF_8)).readLine());
        try {
            // The number of its process as a process of another namespace has it: here it means nobody.
            put(path, CountersDescriptor.PID_OFFSET, 1L << 30);
            final CountersReader reader = new CountersReader(path);
            assertTrue(reader.isAlive(), "its owner lives");
            final long open = descriptors(path);
            assertFalse(CountersReader.stale().contains(path));
            assertEquals(open, descriptors(path), "a look for what killed processes left keeps no descriptor");
            put(path, CountersDescriptor.ENDED_OFFSET, 1);
            assertFalse(reader.isAlive(), "the run has ended");
            assertFalse(CountersReader.stale().contains(path), "its process has not closed it yet");
            put(path, CountersDescriptor.ENDED_OFFSET, 0);
            // And as it would be if its number had been given to this process: the owner is gone all the same.
            put(path, CountersDescriptor.PID_OFFSET, ProcessHandle.current().pid());
            owner.destroyForcibly().waitFor();
            assertFalse(reader.isAlive());
            assertTrue(CountersReader.stale().contains(path));
            assertEquals(3, new CountersReader(path).tasks().size(), "its last counters can still be read");
            try (CountersFile next = CountersFile.open(Fixtures.SET.platform(), new CountersFile.Layout(8, 4, 0), 1)) {
                assertTrue(Files.exists(next.path()));
                assertFalse(Files.exists(path), "the next run removes what a killed one left");
            }
        } finally {
            owner.destroyForcibly();
            Files.deleteIfExists(path);
        }
    }

    @Test
    void shouldStayLockedWhenThisProcessReadsItsOwnFile() throws IOException {
        final Path path = folder.resolve("c");
        try (CountersFile file = file(path)) {
            file.counters().dropped(0);
            for (int i = 0; i < 3; i++) {
                assertTrue(new CountersReader(path).isAlive());
            }
            assertTrue(new CountersReader(path).isAlive());
        }
    }

    @Test
    @Timeout(20)
    void shouldNeitherWaitNorFollowWhenSomethingElseHasTheName() throws IOException, InterruptedException {
        final Path pipe = CountersFile.newPath();
        final Path link = CountersFile.newPath();
        final Path directory = CountersFile.newPath();
        final Path victim = Files.writeString(folder.resolve("victim"), "precious");
        try {
            assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
            Files.createSymbolicLink(link, victim);
            Files.createDirectory(directory);
            for (final Path other : List.of(pipe, link, directory)) {
                assertFalse(CountersReader.list().contains(other));
                assertTrue(assertThrows(IOException.class, () -> new CountersReader(other)).getMessage().contains("not a regular file"));
                assertThrows(FileAlreadyExistsException.class, () -> file(other));
                assertTrue(Files.exists(other, LinkOption.NOFOLLOW_LINKS), "what is not ours stays");
            }
            try (CountersFile file = CountersFile.open(Fixtures.SET.platform(), new CountersFile.Layout(8, 4, 0), 1)) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
            }
            assertEquals("precious", Files.readString(victim));
        } finally {
            Files.deleteIfExists(pipe);
            Files.deleteIfExists(link);
            Files.deleteIfExists(directory);
        }
    }

    @Test
    void shouldShowNoControlCharactersWhenAFileHoldsSome() throws IOException {
        final Path path = folder.resolve("c");
        try (CountersFile file = file(path)) {
            file.counters().dropped(0);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap("\033[2J\n".getBytes(StandardCharsets.US_ASCII)),
                    CountersDescriptor.taskOffset(0) + CountersDescriptor.NAME_OFFSET);
            }
            assertEquals("?[2J?t", new CountersReader(path).tasks().getFirst().name());
        }
        final Path odd = Files.write(folder.resolve("\033[31mred"), new byte[10]);
        assertFalse(assertThrows(IOException.class, () -> new CountersReader(odd)).getMessage().contains("\033"));
    }

    @Test
    void shouldAllocateNothingWhenCounting() throws IOException {
        try (CountersFile file = file(folder.resolve("c"))) {
            assertEquals(0, Allocation.bytes(() -> {
                for (int i = 0; i < 2000; i++) {
                    file.counters().onEvent(EventType.RELEASE, i, 0, 1, 0, i, 0);
                    file.counters().onEvent(EventType.COMPLETE, i, 0, 1, 0, i, 0);
                }
            }));
        }
    }

    private static CountersFile file(final Path path) throws IOException {
        final CountersFile file = new CountersFile(path, Fixtures.SET.platform(), new CountersFile.Layout(8, 4, 256), 1234);
        file.counters().zero(ZERO_NS);
        file.counters().defineAll(Fixtures.SET.tasks(), Collections.nCopies(3, OptionalLong.of(77)));
        return file;
    }
}
