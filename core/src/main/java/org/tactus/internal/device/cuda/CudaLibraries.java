// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.function.Function;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;

/**
 * Prepares code of the program for one GPU, whose libraries allocate by the driver's own calls: they get memory of the task, at addresses
 * that never change, and while other tasks need the room its chunks are elsewhere. Control thread.
 */
public final class CudaLibraries {
    private final CudaDevice device;
    private final CudaGpu gpu;
    /** Null where memory is not scheduled. */
    private final TaskRegions regions;
    private final boolean isSoftware;
    private DriverCalls calls;
    /** Tasks whose code has been opened and not closed. */
    private int opened;

    /** What a segment executes. */
    public interface Body extends AutoCloseable {
        /**
         * Does the segment's part of one job: what it has queued in the stream, or done, when it returns. Dispatcher.
         *
         * @param job    number of the job, from 0
         * @param stream the device's
         * @throws Exception when it fails
         */
        void run(long job, long stream) throws Exception;

        @Override
        void close();
    }

    CudaLibraries(final CudaDevice device, final CudaGpu gpu, final TaskRegions regions, final boolean isSoftware) {
        this.device = device;
        this.gpu = gpu;
        this.regions = regions;
        this.isSoftware = isSoftware;
    }

    /**
     * Gives a task's code its memory, all of it in, and lets it take what it needs.
     *
     * @param task a task of one segment on this GPU, with memory, and without a slot
     * @param open loads libraries, adopts them, lets them allocate and fill their memory
     * @return the segment's work, which closes the code
     * @throws IllegalStateException when memory is not scheduled or there is too little, or a call of a library was refused
     */
    public SegmentWork prepare(final Task task, final Function<LibraryMemory, Body> open) {
        if (regions == null) {
            throw new IllegalStateException("task '" + task.name() + "': its memory is not scheduled: "
                + (device.capabilities().virtualMemory() ? "give the device 'memory'"
                : "this GPU cannot map chunks at reserved addresses"));
        }
        device.makeCurrent();
        final DriverCalls here = calls(); // first: where its functions cannot be made, nothing is held
        final TaskHolding holding;
        try {
            holding = regions.prepare(task);
        } catch (final NativeCallException e) {
            throw new IllegalStateException("task '" + task.name() + "': no memory for its libraries: " + e.getMessage(), e);
        }
        final LibraryMemory memory = new LibraryMemory(here, holding, task.memory().orElseThrow().constantBytes());
        calls.add(memory);
        Body body = null;
        Throwable broken = null;
        calls.enter(memory);
        try {
            body = open.apply(memory);
            device.makeCurrent(); // a library may have made another context this thread's
            gpu.synchronize();
            regions.takeOut();
        } catch (final Throwable e) {
            broken = e;
        } finally {
            calls.enter(null);
            memory.opened();
        }
        if (broken == null && !memory.isRefused()) {
            opened++;
            return new LibraryWork(device, this, memory, body);
        }
        final RuntimeException failure = failure(memory, broken);
        final Body half = body;
        final Undo made = new Undo();
        made.add(() -> regions.abandon(holding));
        made.add(() -> calls.remove(memory));
        if (half != null) {
            made.add(half::close);
        }
        made.run(failure);
        throw failure;
    }

    /** Whether code of a task is open here. */
    boolean isUsed() {
        return opened > 0;
    }

    /** Runs a segment of no library, where there is any of one. On the dispatcher's thread, before its first job. */
    void rehearse(final int times) {
        if (calls != null) {
            final LibraryMemory none = new LibraryMemory(calls, new TaskHolding("none", SwapRegion.NONE), 0);
            final LibraryWork nothing = new LibraryWork(device, this, none, new Body() {
                @Override
                public void run(final long job, final long stream) {
                    // the way there and back is what counts
                }

                @Override
                public void close() {
                    // nothing was opened
                }
            });
            for (int i = 0; i < times; i++) {
                device.execute(nothing);
            }
        }
    }

    private DriverCalls calls() {
        if (calls == null) {
            calls = new DriverCalls(gpu.driver(), isSoftware);
        }
        return calls;
    }

    /** Lets the calling thread work for a task; null for none. */
    void enter(final LibraryMemory memory) {
        calls.enter(memory);
    }

    /** Why code failed: what it threw, and what was refused to its libraries, which is the more likely cause. */
    RuntimeException failure(final LibraryMemory memory, final Throwable broken) {
        if (!memory.isRefused()) {
            return broken instanceof final RuntimeException e ? e
                : new IllegalStateException(broken.getMessage() == null ? broken.toString() : broken.getMessage(), broken);
        }
        synchronized (calls) {
            return new IllegalStateException(memory.takeRefusal() + (broken == null ? ""
                : "; the code then failed: " + broken.getMessage()), broken != null ? broken : calls.defect());
        }
    }

    /** Closes a task's code, gives its libraries the driver's functions back, and the task's memory unless a slot has it. */
    void close(final LibraryMemory memory, final Body body) {
        opened--;
        final Undo made = new Undo();
        made.add(() -> {
            device.makeCurrent();
            regions.abandon(memory.holding);
        });
        made.add(() -> calls.remove(memory));
        made.add(() -> {
            device.makeCurrent();
            calls.enter(memory);
            try {
                body.close();
            } finally {
                calls.enter(null);
            }
        });
        made.runOrThrow();
    }
}
