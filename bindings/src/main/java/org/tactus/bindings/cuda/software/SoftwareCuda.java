// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.ptx.PtxMemory;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.bindings.software.StubTable;

/**
 * A software driver with one GPU: a thread, its memory, and the functions of the C header as upcall stubs. Several may live in one
 * process. Made and closed by a control thread; what it offers through {@link #driver} is for any.
 */
public final class SoftwareCuda implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final StubTable stubs = new StubTable(arena, cuda_h.class, cuda_h.CUDA_ERROR_UNKNOWN());
    private final SoftwareGpu gpu;
    private final MemoryCalls memory;
    private final ModuleCalls modules;
    private final CudaDriver driver;

    private SoftwareCuda(final SoftwareSettings settings) {
        gpu = new SoftwareGpu(settings);
        final Calls calls = new Calls(gpu);
        memory = new MemoryCalls(calls);
        modules = new ModuleCalls(calls);
        offer(memory);
        offer(modules);
        offer(new StreamCalls(calls));
        offer(new DeviceCalls(calls, () -> {
            memory.reset();
            modules.reset();
        }));
        try {
            gpu.start();
            driver = CudaDriver.of(lookup(), CudaDriver.SOFTWARE);
        } catch (final Throwable e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a software GPU.
     *
     * @param settings what it has and what things cost on it
     * @return the driver, to be closed when nothing uses it any more
     * @throws IllegalStateException when {@value DriverTraits#PROPERTY} names no traits, in one line
     */
    public static SoftwareCuda open(final SoftwareSettings settings) {
        DriverTraits.objection().ifPresent(objection -> {
            throw new IllegalStateException(objection);
        });
        return new SoftwareCuda(settings);
    }

    /**
     * Where what lies at a device's address is on the host: for code of the host that computes in place of the GPU, such as the runtime of
     * a network on a software GPU. What only uses the GPU asks for copies.
     *
     * @param address on a software GPU, of memory that is hidden or not
     * @return what the host may access while the memory is mapped
     */
    public static long onHost(final long address) {
        return PtxMemory.onHost(address);
    }

    /** A method is the function of its name, with or without the suffix of the ABI. */
    private void offer(final Object calls) {
        stubs.offer(calls, MethodHandles.lookup(), name -> !name.startsWith("cu") ? Optional.empty()
            : Optional.of(stubs.declares(name + "_v2") ? name + "_v2" : name));
    }

    /**
     * Finds the driver's functions by their names in the C header.
     *
     * @return a lookup that holds while the driver is open
     */
    public SymbolLookup lookup() {
        return stubs;
    }

    /**
     * The driver, initialised.
     *
     * @return the same interface as NVIDIA's
     */
    public CudaDriver driver() {
        return driver;
    }

    /**
     * Lets something go wrong once.
     *
     * @param fault what
     * @param after how many occasions go well before; -1 to take it back
     */
    public void inject(final Fault fault, final int after) {
        gpu.inject(fault, after);
    }

    /**
     * What the driver holds for its caller: nothing, when the caller gave everything back.
     *
     * @return a count of everything
     */
    public Inventory inventory() {
        synchronized (gpu) {
            return new Inventory(gpu.chunks.count(), gpu.chunks.bytes(), gpu.space.reservations(), gpu.space.pieces(),
                gpu.streams.count(), gpu.events.count(), modules.modules(), modules.graphs());
        }
    }

    /**
     * How late a completion was shown at most, against its time by the model: what this machine's threads added.
     *
     * @return nanoseconds
     */
    public long latestNs() {
        return gpu.latestNs();
    }

    /**
     * An exception inside the driver, which a caller saw as an unknown error.
     *
     * @return the last one; empty when there was none, as there should be
     */
    public Optional<Throwable> defect() {
        return stubs.defect().or(() -> Optional.ofNullable(gpu.defect()));
    }

    /** Ends the GPU's thread and frees all its memory. No call may be under way or follow. */
    @Override
    public void close() {
        gpu.stop();
        memory.close();
        arena.close();
    }
}
