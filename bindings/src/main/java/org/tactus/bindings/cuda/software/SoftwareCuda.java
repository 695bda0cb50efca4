package org.tactus.bindings.cuda.software;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * A software driver with one GPU: a thread, its memory, and the functions of the C header as upcall stubs. Several may live in one
 * process. Made and closed by a control thread; what it offers through {@link #driver} is for any.
 */
public final class SoftwareCuda implements AutoCloseable {
    private static final String GENERATED = cuda_h.class.getPackageName() + ".";

    private final Arena arena = Arena.ofShared();
    private final Map<String, MemorySegment> stubs = new HashMap<>();
    private final SoftwareGpu gpu;
    private final MemoryCalls memory;
    private final ModuleCalls modules;
    private final CudaDriver driver;
    private volatile Throwable defect;

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
        gpu.start();
        driver = CudaDriver.of(lookup(), "software driver");
    }

    /**
     * Starts a software GPU.
     *
     * @param settings what it has and what things cost on it
     * @return the driver, to be closed when nothing uses it any more
     */
    public static SoftwareCuda open(final SoftwareSettings settings) {
        return new SoftwareCuda(settings);
    }

    /** Makes a stub of each method that is named as a function, with or without the suffix of the ABI. */
    private void offer(final Object calls) {
        for (final Method method : calls.getClass().getDeclaredMethods()) {
            if (method.getName().startsWith("cu")) {
                final String name = type(method.getName() + "_v2").isPresent() ? method.getName() + "_v2" : method.getName();
                stubs.put(name, stub(calls, method, type(name).orElseThrow(
                    () -> new AssertionError("the C header has no function " + method.getName()))));
            }
        }
    }

    private static Optional<Class<?>> type(final String function) {
        try {
            return Optional.of(Class.forName(GENERATED + function + "_t"));
        } catch (final ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    private MemorySegment stub(final Object calls, final Method method, final Class<?> type) {
        try {
            final FunctionDescriptor descriptor = (FunctionDescriptor) type.getMethod("descriptor").invoke(null);
            final MethodHandle target = MethodHandles.lookup().unreflect(method).bindTo(calls);
            final MethodHandle onDefect = MethodHandles.lookup().findVirtual(
                SoftwareCuda.class, "onDefect", MethodType.methodType(int.class, Throwable.class)).bindTo(this);
            // An exception that left an upcall would end the JVM: it is a defect of this driver, and an unknown error to the caller.
            final MethodHandle safe = MethodHandles.catchException(target, Throwable.class, onDefect);
            return Linker.nativeLinker().upcallStub(safe, descriptor, arena);
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(method + " is not of its function's type", e);
        }
    }

    private int onDefect(final Throwable cause) {
        defect = cause;
        return cuda_h.CUDA_ERROR_UNKNOWN();
    }

    /**
     * Finds the driver's functions by their names in the C header.
     *
     * @return a lookup that holds while the driver is open
     */
    public SymbolLookup lookup() {
        return name -> Optional.ofNullable(stubs.get(name));
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
        return Optional.ofNullable(defect);
    }

    /** Ends the GPU's thread and frees all its memory. No call may be under way or follow. */
    @Override
    public void close() {
        gpu.stop();
        memory.close();
        arena.close();
    }
}
