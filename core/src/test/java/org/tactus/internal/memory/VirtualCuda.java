// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongBinaryOperator;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuEventQuery_t;
import org.tactus.bindings.generated.cuda.cuEventRecord_t;
import org.tactus.bindings.generated.cuda.cuMemMap_t;
import org.tactus.bindings.generated.cuda.cuMemSetAccess_t;
import org.tactus.bindings.generated.cuda.cuMemUnmap_t;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoHAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoDAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuStreamQuery_t;

/**
 * A driver in virtual time for what moves chunks: its calls cost what a test says, its copies end when a test says, one after the other on
 * each of two engines, and it holds every call against what a GPU permits. It touches no byte. All on the test's thread.
 */
public final class VirtualCuda implements AutoCloseable {
    private static final int NOT_READY = 600;
    private static final int INVALID = 1;
    private static final int NO_MEMORY = 2;

    /** The time; calls that cost some move it on. */
    public long nowNs;
    public long mapNs;
    public long accessNs;
    public long unmapNs;
    /** How often an event that has happened is told as not ready. */
    public int notReady;
    /** Asked at each call that maps or copies whether it fails. */
    public BooleanSupplier fails = () -> false;
    private final Arena arena = Arena.ofConfined();
    private final SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(1L << 40, 4096));
    private final CudaDriver driver;
    private final LongBinaryOperator lengthNs;
    /** By address, the handle that is mapped there; by address again when its last copy ends. */
    private final Map<Long, Long> mapped = new HashMap<>();
    private final Map<Long, Long> accessible = new HashMap<>();
    private final Map<Long, Copy> copied = new HashMap<>();
    private final Map<Long, Long> events = new HashMap<>();
    private final Map<Long, Integer> answers = new HashMap<>();
    private final Map<Long, Long> streams = new HashMap<>();
    /** When each engine is free: in, out. */
    private final long[] freeNs = new long[2];
    private final List<Copy> queued = new ArrayList<>();
    private final List<String> offences = new ArrayList<>();

    private static final class Copy {
        private final int engine;
        private final long stream;
        private long startNs;
        private long endNs;
        private long event;

        Copy(final int engine, final long stream, final long startNs, final long endNs) {
            this.engine = engine;
            this.stream = stream;
            this.startNs = startNs;
            this.endNs = endNs;
        }
    }

    /**
     * Opens it.
     *
     * @param lengthNs how long a copy takes on its engine, of the engine (0 in, 1 out) and its bytes
     */
    public VirtualCuda(final LongBinaryOperator lengthNs) {
        this.lengthNs = lengthNs;
        final Map<String, MemorySegment> own = Map.of(
            "cuMemMap", cuMemMap_t.allocate((address, bytes, offset, handle, flags) -> map(address, handle), arena),
            "cuMemUnmap", cuMemUnmap_t.allocate(this::unmap, arena),
            "cuMemSetAccess", cuMemSetAccess_t.allocate((address, bytes, descriptor, count) -> access(address), arena),
            "cuMemcpyHtoDAsync_v2", cuMemcpyHtoDAsync_v2_t.allocate((to, from, bytes, stream) -> copy(0, to, bytes, stream), arena),
            "cuMemcpyDtoHAsync_v2", cuMemcpyDtoHAsync_v2_t.allocate((to, from, bytes, stream) -> copy(1, from, bytes, stream), arena),
            "cuEventRecord", cuEventRecord_t.allocate(this::record, arena),
            "cuEventQuery", cuEventQuery_t.allocate(this::query, arena),
            "cuStreamQuery", cuStreamQuery_t.allocate(stream -> isAhead(streams.getOrDefault(stream, 0L)) ? NOT_READY : 0, arena));
        driver = CudaDriver.of(name -> name.equals("cuStreamWriteValue32_v2") ? Optional.empty() : own.containsKey(name)
            ? Optional.of(own.get(name)) : software.lookup().find(name), "in virtual time");
        gpu().makeCurrent(gpu().retainContext());
    }

    /** Its one GPU. */
    public CudaGpu gpu() {
        return driver.gpus().getFirst();
    }

    /** Its calls. */
    public CudaDriver driver() {
        return driver;
    }

    /** Chunks that are mapped. */
    public int mapped() {
        return mapped.size();
    }

    /** What was done that no GPU permits; empty as it should be. */
    public List<String> offences() {
        return offences;
    }

    private boolean isAhead(final long endNs) {
        return endNs > nowNs;
    }

    private int offend(final String what) {
        offences.add(what + " at " + nowNs);
        return INVALID;
    }

    private int map(final long address, final long handle) {
        nowNs += mapNs;
        if (mapped.containsKey(address)) { // a chunk may be mapped at several addresses, as scratch is
            return offend("an address is mapped twice");
        }
        if (fails.getAsBoolean()) {
            return NO_MEMORY;
        }
        mapped.put(address, handle);
        return 0;
    }

    private int access(final long address) {
        nowNs += accessNs;
        accessible.put(address, mapped.get(address));
        return mapped.containsKey(address) ? 0 : offend("access to what is not mapped");
    }

    /** Chunks here are as long as their distance: the range holds those whose addresses lie in it. */
    private int unmap(final long address, final long bytes) {
        nowNs += unmapNs;
        int count = 0;
        for (final Long at : List.copyOf(mapped.keySet())) {
            if (at >= address && at < address + bytes) {
                final Copy last = copied.get(at);
                if (last != null && isAhead(last.endNs)) {
                    return offend("a chunk is unmapped under its copy");
                }
                mapped.remove(at);
                accessible.remove(at);
                count++;
            }
        }
        return count > 0 ? 0 : offend("nothing is mapped that is unmapped");
    }

    private int copy(final int engine, final long device, final long bytes, final long stream) {
        if (!accessible.containsKey(device)) {
            return offend("a copy of what is not accessible");
        }
        if (fails.getAsBoolean()) {
            return NO_MEMORY;
        }
        final long startNs = Math.max(Math.max(nowNs, freeNs[engine]), streams.getOrDefault(stream, 0L));
        final Copy copy = new Copy(engine, stream, startNs, startNs + lengthNs.applyAsLong(engine, bytes));
        freeNs[engine] = copy.endNs;
        streams.put(stream, copy.endNs);
        copied.put(device, copy);
        queued.removeIf(earlier -> !isAhead(earlier.endNs));
        queued.add(copy);
        return 0;
    }

    /** A segment of greater priority copies a tensor: it goes before the copies that have not begun. */
    public void copyTensor(final int engine, final long bytes) {
        final long longNs = lengthNs.applyAsLong(engine, bytes);
        freeNs[engine] = Math.max(nowNs, freeNs[engine]) + longNs;
        for (final Copy later : queued) {
            if (later.engine == engine && later.startNs > nowNs) {
                later.startNs += longNs;
                later.endNs += longNs;
                streams.merge(later.stream, later.endNs, Math::max);
                if (later.event != 0) {
                    events.put(later.event, later.endNs);
                }
            }
        }
    }

    private int record(final long event, final long stream) {
        events.put(event, streams.getOrDefault(stream, 0L));
        answers.put(event, notReady);
        for (final Copy copy : queued) {
            if (copy.stream == stream && copy.endNs == events.get(event)) {
                copy.event = event;
            }
        }
        return 0;
    }

    private int query(final long event) {
        if (!events.containsKey(event)) {
            return 0;
        }
        return isAhead(events.get(event)) || answers.merge(event, -1, Integer::sum) >= 0 ? NOT_READY : 0;
    }

    @Override
    public void close() {
        software.close();
        arena.close();
    }
}
