// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.List;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.PinnedBlock;

/**
 * Finds out which calls on memory wait until running work has ended, by calling each while a kernel spins, and while both copy engines are
 * busy, and asking whether the work still ran when the call came back. A call that waits takes as long as an execution, so no bound of its
 * own holds for it beside one; and it is no stall of the platform, which a filter may leave out. Used by the rig's thread only.
 */
public final class WaitingCalls implements AutoCloseable {
    /** A stall of the platform may outlast the work once, but hardly each time. */
    private static final int TRIALS = 3;
    private static final long COPY_BYTES = 16L << 20;
    private static final int MOST_COPIES = 512;
    private static final long BEGIN_NS = 2_000_000_000L;

    private final Undo made = new Undo();
    private final GpuRig rig;
    private final CudaMemory memory;
    private final CudaStreams streams;
    private final long chunkBytes;
    private final long workNs;
    private final long begun;
    private final long ended;
    private final long endedOut;
    private final long chunk;
    private final long region;
    private final PinnedBlock host;
    private final long device;
    private final int copies;
    private boolean mapped;
    private boolean accessible;

    /**
     * What one call did.
     *
     * @param name    of the call
     * @param aloneNs how long it took while nothing ran, nanoseconds
     * @param ns      how long it took beside the work, nanoseconds; the shortest of up to three trials
     * @param ranOn   whether the work still ran when it came back, in one trial at least
     */
    public record Call(String name, long aloneNs, long ns, boolean ranOn) {
    }

    /** A call, and what must be so before it and is put right after it. */
    private record Trial(String name, Runnable before, Runnable call, Runnable after) {
    }

    /**
     * Prepares: a chunk, addresses for it, memory to copy.
     *
     * @param rig        the GPU
     * @param chunkBytes size of the chunk, a multiple of the granularity
     * @param workNs     how long the work runs under which each call is made, nanoseconds
     */
    public WaitingCalls(final GpuRig rig, final long chunkBytes, final long workNs) {
        this.rig = rig;
        this.chunkBytes = chunkBytes;
        this.workNs = workNs;
        memory = rig.memory();
        streams = rig.streams();
        try {
            begun = event();
            ended = event();
            endedOut = event();
            chunk = memory.create(rig.gpu(), chunkBytes);
            made.add(() -> memory.release(chunk));
            region = memory.reserve(chunkBytes);
            made.add(() -> memory.free(region, chunkBytes));
            host = PinnedBlock.allocated(memory, 2 * COPY_BYTES);
            made.add(host::close);
            device = memory.allocate(2 * COPY_BYTES);
            made.add(() -> memory.freeDevice(device));
            made.add(this::unmapped);
            made.add(rig.gpu()::synchronize);
            final long beginNs = System.nanoTime();
            streams.copyIn(device, host.address(), COPY_BYTES, rig.in());
            streams.synchronize(rig.in());
            copies = Math.clamp(workNs / Math.max(1, System.nanoTime() - beginNs) + 1, 2, MOST_COPIES);
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
    }

    private long event() {
        final long event = streams.createEvent(false);
        made.add(() -> streams.destroyEvent(event));
        return event;
    }

    /**
     * Makes each call while a kernel spins that uses none of the memory.
     *
     * @return what each did
     */
    public List<Call> besideSpin() {
        return calls(() -> {
            streams.record(begun, rig.compute());
            rig.spin(rig.compute(), workNs);
            streams.record(ended, rig.compute());
            streams.record(endedOut, rig.compute());
        });
    }

    /**
     * Makes each call while both copy engines are busy with other memory.
     *
     * @return what each did
     */
    public List<Call> besideCopies() {
        return calls(() -> {
            streams.record(begun, rig.in());
            for (int i = 0; i < copies; i++) {
                streams.copyIn(device, host.address(), COPY_BYTES, rig.in());
                streams.copyOut(host.address() + COPY_BYTES, device + COPY_BYTES, COPY_BYTES, rig.out());
            }
            streams.record(ended, rig.in());
            streams.record(endedOut, rig.out());
        });
    }

    private List<Call> calls(final Runnable work) {
        final long[] given = new long[1];
        final List<Trial> trials = List.of(
            new Trial("map", this::unmapped, () -> memory.map(region, chunkBytes, chunk), () -> mapped = true),
            new Trial("set access", this::onlyMapped, () -> memory.setAccess(region, chunkBytes, rig.readWrite()), () -> accessible = true),
            new Trial("unmap", this::withAccess, () -> memory.unmap(region, chunkBytes), () -> mapped = accessible = false),
            new Trial("create", () -> { }, () -> given[0] = memory.create(rig.gpu(), chunkBytes), () -> memory.release(given[0])),
            new Trial("release", () -> given[0] = memory.create(rig.gpu(), chunkBytes), () -> memory.release(given[0]), () -> { }),
            new Trial("allocate", () -> { }, () -> given[0] = memory.allocate(chunkBytes), () -> memory.freeDevice(given[0])),
            new Trial("free", () -> given[0] = memory.allocate(chunkBytes), () -> memory.freeDevice(given[0]), () -> { }),
            new Trial("pin host memory", () -> { }, () -> given[0] = memory.allocateHost(chunkBytes), () -> memory.freeHost(given[0])),
            new Trial("free pinned memory", () -> given[0] = memory.allocateHost(chunkBytes), () -> memory.freeHost(given[0]), () -> { }));
        return trials.stream().map(trial -> measure(trial, work)).toList();
    }

    private Call measure(final Trial trial, final Runnable work) {
        trial.before.run();
        final long aloneNs = timed(trial);
        long ns = Long.MAX_VALUE;
        boolean ranOn = false;
        for (int i = 0; i < TRIALS && !ranOn; i++) {
            trial.before.run();
            work.run();
            awaitBegin();
            final long beginNs = System.nanoTime();
            trial.call.run();
            ns = Math.min(ns, System.nanoTime() - beginNs);
            ranOn = !streams.hasHappened(ended) && !streams.hasHappened(endedOut);
            trial.after.run();
            rig.gpu().synchronize();
        }
        return new Call(trial.name, aloneNs, ns, ranOn);
    }

    private long timed(final Trial trial) {
        final long beginNs = System.nanoTime();
        trial.call.run();
        final long ns = System.nanoTime() - beginNs;
        trial.after.run();
        return ns;
    }

    private void awaitBegin() {
        final long untilNs = System.nanoTime() + BEGIN_NS;
        while (!streams.hasHappened(begun)) {
            if (System.nanoTime() > untilNs) {
                throw new IllegalStateException("work that was queued on an idle GPU did not begin within two seconds");
            }
            Thread.onSpinWait();
        }
    }

    private void unmapped() {
        if (mapped) {
            memory.unmap(region, chunkBytes);
            mapped = false;
            accessible = false;
        }
    }

    private void onlyMapped() {
        if (accessible) {
            unmapped();
        }
        if (!mapped) {
            memory.map(region, chunkBytes, chunk);
            mapped = true;
        }
    }

    private void withAccess() {
        if (!accessible) {
            onlyMapped();
            memory.setAccess(region, chunkBytes, rig.readWrite());
            accessible = true;
        }
    }

    /** Gives everything back, when nothing runs. */
    @Override
    public void close() {
        made.runOrThrow();
    }
}
