// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bindings.cuda.interposed.InterposedDriver;
import org.tactus.bindings.cuda.interposed.LibraryMemoryCalls;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuda_h;

/** Which function of the driver a led call reaches, with a driver whose functions write down that they were called. */
@SuppressWarnings("restricted") // it calls functions by their addresses, as a library does
class InterposedDriverTest {
    private static final long OURS = 0x1000;
    private static final long THEIRS = 0x9000;
    private static final int REFUSED = 77;
    private static final int VERSION = 12_040;
    private static final int LEGACY = 1;
    private static final int PER_THREAD = 2;

    private final SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT);
    private final Arena arena = Arena.ofShared();
    private final List<String> called = new ArrayList<>();
    private final LibraryMemoryCalls memory = new LibraryMemoryCalls() {
        @Override
        public long allocate(final String function, final long bytes) {
            return OURS;
        }

        @Override
        public int free(final long address) {
            return address == OURS ? 0 : NOT_OURS;
        }

        @Override
        public long leftBytes() {
            return NOT_OURS;
        }

        @Override
        public long totalBytes() {
            return 0;
        }

        @Override
        public int check(final String function, final long address, final long bytes, final boolean writes) {
            return address == OURS ? REFUSED : 0;
        }

        @Override
        public int refuse(final String function, final long bytes) {
            return REFUSED;
        }
    };

    @AfterEach
    void close() {
        arena.close();
        software.close();
    }

    private int note(final String name) {
        called.add(name);
        return 0;
    }

    /** A function that writes down its name, whatever it is passed. */
    private Optional<MemorySegment> noting(final String name) {
        try {
            final MethodHandle note = MethodHandles.lookup().findVirtual(InterposedDriverTest.class, "note",
                MethodType.methodType(int.class, String.class));
            return Optional.of(Linker.nativeLinker().upcallStub(note.bindTo(this).bindTo(name), FunctionDescriptor.of(ValueLayout.JAVA_INT),
                arena));
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** NVIDIA's, as far as libraries' copies go: with two functions of each name, for the two default streams. */
    private InterposedDriver real() {
        return new InterposedDriver(CudaDriver.of(name -> name.matches("cuMemcpy.*|cuMemset.*|cuMem.*Async.*|cuGetProcAddress.*")
            ? noting(name) : software.lookup().find(name), "libcuda"), false, memory);
    }

    private static int call(final MemorySegment function, final long... words) {
        final MemoryLayout[] layouts = new MemoryLayout[words.length];
        Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        try {
            return (int) Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
                .asSpreader(long[].class, words.length).asType(MethodType.methodType(int.class, long[].class)).invokeExact(words);
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    private MemorySegment lookedUp(final InterposedDriver driver, final String name, final int flags) {
        final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
        assertEquals(0, call(driver.function("cuGetProcAddress_v2").orElseThrow(), arena.allocateFrom(name).address(), out.address(),
            VERSION, flags, 0));
        return MemorySegment.ofAddress(out.get(ValueLayout.JAVA_LONG, 0));
    }

    @ParameterizedTest
    @CsvSource({"cuMemcpy, '', ptds, 1", "cuMemcpyAsync, '', ptsz, 1", "cuMemcpyHtoD, _v2, ptds, 0", "cuMemcpyHtoDAsync, _v2, ptsz, 0",
        "cuMemcpyDtoH, _v2, ptds, 1", "cuMemcpyDtoHAsync, _v2, ptsz, 1", "cuMemcpyDtoD, _v2, ptds, 1", "cuMemcpyDtoDAsync, _v2, ptsz, 0",
        "cuMemsetD8, _v2, ptds, 0", "cuMemsetD32, _v2, ptds, 0", "cuMemsetD8Async, '', ptsz, 0", "cuMemsetD32Async, '', ptsz, 0"})
    void shouldCheckAndKeepTheDefaultStreamWhenALibraryCopiesOrFills(
        final String name, final String abi, final String perThread, final int device) {
        final InterposedDriver driver = real();
        final long[] theirs = {THEIRS, THEIRS, 8, 0};
        final long[] ours = theirs.clone();
        ours[device] = OURS;
        final String legacy = name + abi;
        final String own = legacy + "_" + perThread;
        for (final MemorySegment function : List.of(driver.function(legacy).orElseThrow(), lookedUp(driver, name, 0),
            lookedUp(driver, name, LEGACY))) {
            assertEquals(REFUSED, call(function, ours), legacy);
            assertEquals(List.of(), called);
            assertEquals(0, call(function, theirs));
            assertEquals(List.of(legacy), called);
            called.clear();
        }
        for (final MemorySegment function : List.of(driver.function(own).orElseThrow(), lookedUp(driver, name, PER_THREAD))) {
            assertEquals(REFUSED, call(function, ours), own);
            assertEquals(List.of(), called);
            assertEquals(0, call(function, theirs));
            assertEquals(List.of(own), called);
            called.clear();
        }
        assertEquals(Optional.empty(), driver.defect());
    }

    @ParameterizedTest
    @CsvSource({"0, cuMemFreeAsync", "2, cuMemFreeAsync_ptsz"})
    void shouldFreeInTheOrderOfTheDefaultStreamThatWasAskedForWhenMemoryIsTheDrivers(final int flags, final String name) {
        final InterposedDriver driver = real();
        assertEquals(0, call(lookedUp(driver, "cuMemFreeAsync", flags), OURS, 0));
        assertEquals(List.of(), called);
        assertEquals(0, call(lookedUp(driver, "cuMemFreeAsync", flags), THEIRS, 0));
        assertEquals(List.of(name), called);
    }

    @Test
    void shouldLeadEveryWayOfAllocatingHereWhenTheDefaultStreamIsTheThreads() {
        final InterposedDriver driver = real();
        final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
        for (final String name : List.of("cuMemAlloc", "cuMemAllocAsync", "cuMemAllocFromPoolAsync")) {
            assertEquals(0, call(lookedUp(driver, name, PER_THREAD), out.address(), 8, 0, 0), name);
            assertEquals(OURS, out.get(ValueLayout.JAVA_LONG, 0));
        }
        assertEquals(List.of(), called);
        assertEquals(0, call(driver.function("cuGetProcAddress_v2").orElseThrow(), arena.allocateFrom("cuLaunchKernel").address(),
            out.address(), VERSION, PER_THREAD, out.address()));
        assertEquals(List.of("cuGetProcAddress_v2"), called, "what is not led here is looked up by the driver");
    }

    @Test
    void shouldTakeTheOnlyOrderThatThereIsWhenTheDriverIsSoftware() {
        final InterposedDriver driver = new InterposedDriver(software.driver(), true, memory);
        final MemorySegment copy = lookedUp(driver, "cuMemcpyHtoD", PER_THREAD);
        assertEquals(REFUSED, call(copy, OURS, THEIRS, 8));
        assertTrue(call(copy, THEIRS, THEIRS, 8) != cuda_h.CUDA_ERROR_NOT_SUPPORTED(), "the software driver's own copy says what is wrong");
    }
}
