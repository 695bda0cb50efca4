// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.EdgeTpu;
import org.tactus.bindings.edgetpu.EdgeTpuPort;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.tflite.TfLiteInterpreter;

class SoftwareEdgeTpuTest {
    private static final long TOKEN = 0x28e47501b3ffb6acL;
    private static final EdgeTpuCost COST = new EdgeTpuCost(HostLink.USB3);

    private final SoftwareEdgeTpu software = SoftwareEdgeTpu.open(SoftwareTpuSettings.USB3.withoutTime());
    private final EdgeTpu edgeTpu = software.edgeTpu();

    @AfterEach
    void shouldHaveHadNoDefect() {
        assertEquals(Optional.empty(), software.defect());
    }

    private static byte[] model(final long token, final int cached, final int streamed, final int outputs) {
        final Executable running = new Executable(ExecutableType.EXECUTION_ONLY, token, streamed, 1000, 64, streamed, 600, outputs, 0);
        final Executable caching = new Executable(ExecutableType.PARAMETER_CACHING, token, cached, 100, 0, cached, 0, 0, 0);
        return CompiledModelWriter.write(List.of(new TensorInfo("x", ElementType.UINT8, List.of(1L, 600L))),
            List.of(new TensorInfo("y", ElementType.INT8, List.of(1L, (long) outputs))),
            new EdgePackage(14, "", "", 0, List.of(caching, running)));
    }

    private static byte[] cycles(final long cycles) {
        return CompiledModelWriter.write(List.of(), List.of(), new EdgePackage(14, "", "", 0,
            List.of(new Executable(ExecutableType.STAND_ALONE, 0, 0, 0, 0, 0, 0, 0, cycles))));
    }

    private TfLiteInterpreter interpreter(final byte[] model, final Map<String, String> options) {
        return edgeTpu.interpreter(model, edgeTpu.devices().getFirst(), options);
    }

    private TfLiteInterpreter interpreter(final long token, final int cached, final int streamed) {
        return interpreter(model(token, cached, streamed, 10), Map.of());
    }

    private static byte[] output(final TfLiteInterpreter interpreter, final int input) {
        interpreter.inputs().getFirst().memory().set(ValueLayout.JAVA_BYTE, 7, (byte) input);
        interpreter.invoke();
        return interpreter.outputs().getFirst().memory().toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void shouldListTheDeviceWhileItIsPluggedIn() {
        assertEquals(List.of(new EdgeTpuPort(true, "software/tpu0")), edgeTpu.devices());
        software.unplug();
        assertEquals(List.of(), edgeTpu.devices());
        software.plugIn();
        assertEquals(1, edgeTpu.devices().size());
        assertEquals("software Edge TPU", edgeTpu.library());
        software.close();
    }

    @Test
    void shouldGiveOutputsThatAreAFunctionOfInputsAndModel() {
        try (TfLiteInterpreter a = interpreter(TOKEN, 1000, 0); TfLiteInterpreter same = interpreter(TOKEN, 1000, 0);
            TfLiteInterpreter other = interpreter(TOKEN, 1001, 0)) {
            final byte[] one = output(a, 1);
            final byte[] two = output(a, 2);
            assertFalse(Arrays.equals(one, two));
            assertArrayEquals(one, output(a, 1));
            assertArrayEquals(two, output(same, 2));
            assertFalse(Arrays.equals(two, output(other, 2)));
        }
        assertEquals(List.of(), software.misuse());
        software.close();
    }

    @Test
    void shouldKeepEvictAndReloadParametersByTheirTokens() {
        final TfLiteInterpreter a = interpreter(TOKEN, 3 << 20, 0);
        final TfLiteInterpreter b = interpreter(TOKEN, 4 << 20, 0);
        final TfLiteInterpreter stranger = interpreter(TOKEN + 1, 5 << 20, 0);
        a.invoke();
        b.invoke();
        a.invoke();
        assertEquals(2, software.uploads(), "co-resident");
        assertEquals(7 << 20, software.residentBytes());
        stranger.invoke();
        assertEquals(2, software.evictions(), "another token evicts both");
        assertEquals(5 << 20, software.residentBytes());
        b.invoke();
        assertEquals(4, software.uploads(), "reloaded");
        final long alone = COST.invocationNs(1600, 10, COST.executionNs(3 << 20));
        final long both = COST.invocationNs(1600, 10, COST.executionNs(4 << 20));
        final long others = COST.invocationNs(1600, 10, COST.executionNs(5 << 20));
        assertEquals(2 * alone + 2 * both + others + COST.uploadNs(3 << 20) + 2 * COST.uploadNs(4 << 20) + COST.uploadNs(5 << 20),
            software.busyNs());
        a.close();
        b.close();
        stranger.close();
        assertEquals(List.of(), software.misuse());
        software.close();
    }

    @Test
    void shouldRefuseWhatDoesNotFitIntoTheUsableMemory() {
        try (TfLiteInterpreter a = interpreter(TOKEN, 4 << 20, 0); TfLiteInterpreter b = interpreter(TOKEN, 4 << 20, 0)) {
            a.invoke();
            final NativeCallException error = assertThrows(NativeCallException.class, b::invoke);
            assertTrue(error.getMessage().startsWith("TfLiteInterpreterInvoke failed with code 1: cached parameters do not fit"),
                error.getMessage());
            a.invoke();
        }
        software.close();
    }

    @Test
    void shouldTakeTheCyclesOfTheFileAndTheClockOfTheOption() {
        final byte[] model = cycles(1_000_000);
        try (TfLiteInterpreter full = interpreter(model, Map.of());
            TfLiteInterpreter half = interpreter(model, Map.of("Performance", "High"))) {
            full.invoke();
            assertEquals(HostLink.USB3.fixedNs() + 2_000_000, software.busyNs());
            half.invoke();
            assertEquals(2 * HostLink.USB3.fixedNs() + 2_000_000 + 4_000_000, software.busyNs());
        }
        software.close();
    }

    @Test
    void shouldBlockForTheTimeOfTheInvocation() {
        try (SoftwareEdgeTpu timed = SoftwareEdgeTpu.open(SoftwareTpuSettings.USB3)) {
            final EdgeTpu library = timed.edgeTpu();
            try (TfLiteInterpreter a = library.interpreter(model(TOKEN, 100, 0, 10), library.devices().getFirst(), Map.of())) {
                final long startNs = System.nanoTime();
                a.invoke();
                final long tookNs = System.nanoTime() - startNs;
                assertTrue(tookNs >= timed.busyNs() && timed.busyNs() > 3_000_000, tookNs + " ns for " + timed.busyNs());
            }
        }
        software.close();
    }

    @Test
    void shouldEndARunningInvocationWithAnErrorWhenTheDeviceIsUnplugged() throws InterruptedException {
        try (SoftwareEdgeTpu timed = SoftwareEdgeTpu.open(SoftwareTpuSettings.USB3)) {
            final EdgeTpu library = timed.edgeTpu();
            final EdgeTpuPort port = library.devices().getFirst();
            try (TfLiteInterpreter slow = library.interpreter(cycles(2_500_000_000L), port, Map.of())) { // five seconds
                final Thread puller = Thread.ofPlatform().start(() -> {
                    sleep();
                    timed.unplug();
                });
                final NativeCallException error = assertThrows(NativeCallException.class, slow::invoke);
                puller.join();
                assertEquals("TfLiteInterpreterInvoke failed with code 1: the USB device is gone", error.getMessage());
                assertThrows(NativeCallException.class, slow::invoke);
                final NativeCallException closed = assertThrows(NativeCallException.class,
                    () -> library.interpreter(model(TOKEN, 0, 10, 10), port, Map.of("Performance", "Low")));
                assertTrue(closed.getMessage().contains("usb software/tpu0 cannot be opened"), closed.getMessage());
            }
            assertEquals(List.of(), timed.misuse());
        }
        software.close();
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldAnswerAsTheRealLibraryWhenAModelIsUnsuitable() {
        final byte[] plain = DenseModelWriter.write("x", "y", new float[][] {{1}}, new float[] {1}, false);
        assertTrue(assertThrows(NativeCallException.class, () -> interpreter(plain, Map.of())).getMessage()
            .contains("the software Edge TPU computes no plain model"));
        final NativeCallException unresolved =
            assertThrows(NativeCallException.class, () -> edgeTpu.tflite().interpreter(model(TOKEN, 1, 1, 1)));
        assertEquals(7, unresolved.code());
        assertEquals("TfLiteModelCreate", assertThrows(NativeCallException.class, () -> interpreter(new byte[9], Map.of())).function());
        assertEquals(List.of(), software.misuse());
        software.close();
    }

    /** What the thin layer makes impossible, done past it: a crash of the real libraries, a sentence here. */
    @Test
    void shouldNoteWhatWouldHaveCrashedTheRealLibraries() {
        final Misuse misuse = new Misuse();
        final SoftwareTpu device = new SoftwareTpu(SoftwareTpuSettings.USB3.withoutTime());
        try (Arena arena = Arena.ofConfined()) {
            final EdgeTpuCalls edge = new EdgeTpuCalls(device, misuse, arena);
            final TfLiteCalls lite = new TfLiteCalls(edge, device, misuse, arena);
            assertEquals(0, edge.createDelegate(1, 0, arena.allocate(16).address(), 1));
            final byte[] bytes = model(TOKEN, 1, 1, 1);
            final MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            final long model = lite.modelCreate(data.address(), bytes.length);
            final long options = lite.interpreterOptionsCreate();
            final long delegate = edge.createDelegate(1, 0, 0, 0);
            lite.interpreterOptionsAddDelegate(options, delegate);
            final long interpreter = lite.interpreterCreate(model, options);
            assertEquals(0, lite.interpreterAllocateTensors(interpreter));
            final long tensor = lite.interpreterGetInputTensor(interpreter, 0);
            edge.freeDelegate(delegate);
            lite.modelDelete(model);
            lite.interpreterDelete(interpreter);
            lite.interpreterInvoke(interpreter);
            lite.tensorData(tensor);
            assertEquals(List.of("edgetpu_create_delegate with options but without a name ends the process",
                "edgetpu_free_delegate before TfLiteInterpreterDelete: the interpreter would use freed memory",
                "TfLiteModelDelete before TfLiteInterpreterDelete: the interpreter would use freed memory",
                "TfLiteInterpreterInvoke of what is none, or was deleted before",
                "TfLiteTensorData of what is none, or was deleted before"), misuse.list());
        }
        software.close();
    }

    @Test
    void shouldAllocateNothingWhenAnInvocationRuns() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TfLiteInterpreter a = interpreter(TOKEN, 1000, 100); TfLiteInterpreter b = interpreter(TOKEN + 1, 1000, 100)) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20 && least > 0; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int run = 0; run < 5_000; run++) {
                    a.invoke();
                    b.invoke();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least);
        }
        software.close();
    }
}
