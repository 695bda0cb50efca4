// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.internal.lifecycle.Await;

/** A library in a child process, whatever it does there. */
@Timeout(60)
class ChildProcessTest {
    private ChildProcess child;

    private ChildProcess open(final String arguments) {
        child = ChildProcess.start("dev0", new ChildProcess.Settings(FaultyContent.class, arguments, List.of(), 0, false));
        return child;
    }

    private static Interpreter load(final ChildProcess child, final String model) {
        return child.load(model.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(final Interpreter network, final byte fault, final int seed) {
        for (int i = 1; i < FaultyContent.BYTES; i++) {
            network.inputs().getFirst().memory().set(ValueLayout.JAVA_BYTE, i, (byte) (i * seed));
        }
        network.inputs().getFirst().memory().set(ValueLayout.JAVA_BYTE, 0, fault);
    }

    private static void assertRunsWell(final Interpreter network, final int seed) {
        put(network, FaultyContent.WELL, seed);
        network.invoke();
        for (int i = 1; i < FaultyContent.BYTES; i++) {
            assertEquals((byte) (i * seed + 1), network.outputs().getFirst().memory().get(ValueLayout.JAVA_BYTE, i));
        }
    }

    private static List<Path> shared() throws IOException {
        return shared(ProcessHandle.current().pid());
    }

    private static List<Path> shared(final long pid) throws IOException {
        try (Stream<Path> files = Files.list(SharedMemory.folder())) {
            final String prefix = "tactus-" + pid + '-';
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)
                && file.getFileName().toString().endsWith(".child")).toList();
        }
    }

    @AfterEach
    void close() {
        if (child != null) {
            final long pid = child.pid();
            child.close();
            assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false), "no child is left");
        }
    }

    @Test
    void shouldRemoveSharedMemoryOfAKilledProcessWhenItsNameIsStillThere() throws IOException {
        final Path left = SharedMemory.folder().resolve("tactus-1-" + Long.toHexString(System.nanoTime()) + ".child");
        Files.write(left, new byte[100]);
        try {
            Files.setLastModifiedTime(left, FileTime.fromMillis(0));
            assertTrue(ChildProcess.removeLeft() >= 1);
            assertFalse(Files.exists(left));
        } finally {
            Files.deleteIfExists(left);
        }
        try (Arena arena = Arena.ofShared()) {
            final SharedMemory held = SharedMemory.make(100, arena);
            Files.setLastModifiedTime(held.path(), FileTime.fromMillis(0));
            ChildProcess.removeLeft();
            assertTrue(Files.exists(held.path()), "its process lives");
            held.forgetName();
            assertFalse(Files.exists(held.path()));
        }
    }

    @Test
    void shouldComputeThereWhatItIsGivenHereWhenTheLibraryIsSound() throws IOException {
        final ChildProcess opened = open("one");
        assertTrue(opened.driver().startsWith("faulty one in child process "), opened.driver());
        try (Interpreter first = load(opened, "a"); Interpreter second = load(opened, "b")) {
            assertEquals("'in' INT8[1, 1000]", first.inputs().getFirst().info().toString());
            assertEquals(List.of(), shared(), "a name of memory is forgotten as soon as both have it");
            for (int seed = 1; seed < 20; seed++) {
                assertRunsWell(first, seed);
                assertRunsWell(second, seed + 100);
            }
            assertFalse(first.resetVariableTensors(), "as the library there says");
            assertDoesNotThrow(first::requireInPlace);
            assertDoesNotThrow(opened.nothing()::invoke);
        }
        assertFalse(opened.isLost());
    }

    /** The JVM takes a fault that it does not know for its own end, and aborts. */
    @ParameterizedTest
    @ValueSource(bytes = {FaultyContent.ABORT, FaultyContent.SEGMENTATION_FAULT})
    void shouldFailTheComputationAloneWhenTheLibraryBreaksTheChild(final byte fault) throws IOException {
        final ChildProcess opened = open("one");
        try (Interpreter broken = load(opened, "a"); Interpreter other = load(opened, "b")) {
            assertRunsWell(broken, 3);
            put(broken, fault, 1);
            final NativeCallException error = assertThrows(NativeCallException.class, broken::invoke);
            assertEquals("the child process of 'dev0' ended by SIGABRT", error.getMessage());
            assertTrue(opened.isLost());
            assertThrows(NativeCallException.class, broken::invoke);
            assertThrows(NativeCallException.class, other::invoke, "the others lose their device, too");
            assertThrows(NativeCallException.class, () -> load(opened, "c"));
        }
        assertEquals(List.of(), shared());
    }

    @Test
    void shouldSeeTheEndWhenTheChildIsKilledWhileNothingRuns() throws InterruptedException {
        final ChildProcess opened = open("one");
        try (Interpreter network = load(opened, "a")) {
            assertRunsWell(network, 5);
            ProcessHandle.of(opened.pid()).orElseThrow().destroyForcibly();
            Await.until(opened::isLost);
            assertEquals("the child process of 'dev0' ended by SIGKILL",
                assertThrows(NativeCallException.class, network::invoke).getMessage());
        }
    }

    @Test
    void shouldEndAComputationThatHangsWhenTheChildIsKilled() throws InterruptedException {
        final ChildProcess opened = open("one");
        try (Interpreter network = load(opened, "a")) {
            put(network, FaultyContent.HANG, 1);
            final AtomicReference<Throwable> seen = new AtomicReference<>();
            final Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    network.invoke();
                } catch (final Throwable e) {
                    seen.set(e);
                }
            });
            Thread.sleep(50);
            opened.kill("its segment did not end");
            thread.join();
            assertEquals("the child process of 'dev0' was ended: its segment did not end", seen.get().getMessage());
        }
    }

    @Test
    void shouldGoOnAfterAnErrorAndBeLostWhenTheDeviceIsGone() {
        final ChildProcess opened = open("one");
        try (Interpreter network = load(opened, "a")) {
            put(network, FaultyContent.ERROR, 1);
            assertEquals("TfLiteInterpreterInvoke failed with code 1: the node failed",
                assertThrows(NativeCallException.class, network::invoke).getMessage());
            assertFalse(opened.isLost());
            assertRunsWell(network, 7);
            put(network, FaultyContent.GONE, 1);
            assertEquals("TfLiteInterpreterInvoke failed with code 1: the USB device is gone",
                assertThrows(NativeCallException.class, network::invoke).getMessage());
            assertTrue(opened.isLost());
            assertFalse(opened.hasEnded());
        }
    }

    /** A program that is killed while a computation is under way in its child. */
    static final class Parent {
        private Parent() {
        }

        public static void main(final String[] args) {
            final ChildProcess child =
                ChildProcess.start("dev0", new ChildProcess.Settings(FaultyContent.class, "one", List.of(), 0, false));
            final Interpreter network = load(child, "a");
            put(network, FaultyContent.HANG, 1);
            System.out.println(child.pid());
            network.invoke();
        }
    }

    @Test
    void shouldLeaveNothingWhenTheParentIsKilled() throws IOException, InterruptedException {
        final Process parent = new ProcessBuilder(JavaCommand.of(Parent.class)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader reader = parent.inputReader()) {
            final long pid = Long.parseLong(reader.readLine());
            assertTrue(ProcessHandle.of(pid).orElseThrow().isAlive());
            parent.destroyForcibly().waitFor();
            while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                Thread.sleep(1);
            }
            assertEquals(List.of(), shared(parent.pid()));
        }
    }

    private ChildProcess openFor(final long answerLimitNs) {
        child = ChildProcess.start("dev0", new ChildProcess.Settings(FaultyContent.class, "one", List.of(), 0, false), answerLimitNs);
        return child;
    }

    /** As a debugger or a freezer stops it. */
    private static void stop(final ChildProcess opened) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-STOP", Long.toString(opened.pid())).start().waitFor());
    }

    @Test
    void shouldEndTheChildWhenItReadsNoCommand() throws IOException, InterruptedException {
        final ChildProcess opened = openFor(2_000_000_000L);
        stop(opened);
        final NativeCallException error = assertThrows(NativeCallException.class, () -> opened.load(new byte[1 << 22])); // beyond a pipe
        assertEquals("the child process of 'dev0' was ended: it gave no answer for 2 s", error.getMessage());
        assertTrue(opened.isLost());
    }

    @Test
    void shouldSleepAndStayInterruptedWhenAnInterruptedThreadWaitsForAnAnswer() throws IOException, InterruptedException {
        final ChildProcess opened = openFor(2_000_000_000L);
        stop(opened);
        final java.lang.management.ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        final long beforeNs = threads.getCurrentThreadCpuTime();
        Thread.currentThread().interrupt();
        assertThrows(NativeCallException.class, () -> load(opened, "a"));
        final long usedNs = threads.getCurrentThreadCpuTime() - beforeNs;
        assertTrue(Thread.interrupted());
        assertTrue(usedNs < 300_000_000L, usedNs + " ns of 2 s were executed");
    }

    @Test
    @Timeout(40)
    void shouldCloseWithinItsPatienceWhenTheChildIsStopped() throws IOException, InterruptedException {
        final ChildProcess opened = open("one"); // whose answers have a minute
        final Interpreter network = load(opened, "a");
        stop(opened);
        network.close();
        opened.close();
        assertTrue(opened.hasEnded());
    }

    @Test
    void shouldPassOnTheReasonWhenTheChildRefuses() {
        assertEquals("there is no such device", assertThrows(IllegalStateException.class, () -> open("refuse")).getMessage());
        assertEquals("the child process of 'dev0' ended by SIGABRT",
            assertThrows(IllegalStateException.class, () -> open("abort")).getMessage());
        final ChildProcess opened = open("one");
        final NativeCallException refused = assertThrows(NativeCallException.class, () -> load(opened, "refuse"));
        assertEquals("TfLiteModelCreate failed with code 7: no sound model", refused.getMessage());
        assertEquals("TfLiteModelCreate", refused.function());
        assertEquals(7, refused.code());
        assertFalse(opened.isLost());
        assertThrows(NativeCallException.class, () -> load(opened, "abort"));
        assertTrue(opened.isLost());
    }

    @Test
    void shouldAllocateNothingWhenARequestIsMade() {
        final ChildProcess opened = open("one");
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Interpreter network = load(opened, "a")) {
            put(network, FaultyContent.WELL, 1);
            long least = Long.MAX_VALUE;
            for (int window = 0; window < 20 && least > 0; window++) { // until the compiler is done; what every request allocates stays
                final long asked = threads.getCurrentThreadAllocatedBytes();
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) {
                    network.invoke();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before - (before - asked));
            }
            assertEquals(0, least);
        }
    }
}
