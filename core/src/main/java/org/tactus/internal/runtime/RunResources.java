// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.device.Device;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.watch.CountersFile;
import org.tactus.model.TaskSet;

/**
 * What a run takes before it has a kernel: the open devices, the lock on the process's memory, the file by which another process can
 * watch, and memory for the hot state. All of it, or nothing when a step breaks. Control thread.
 */
final class RunResources implements AutoCloseable {
    private static final int LINE_BYTES = 64;

    private final List<Device> devices = new ArrayList<>();
    private final Optional<MemoryLock> lock;
    private final Optional<CountersFile> counters;
    private final AtomicBuffer hotState;
    /** How to take back what the kernel and the recorder close once they are there. */
    private final Undo handedOn = new Undo();

    /** Opens a set's devices, and so on; what the system granted or refused is noted. */
    RunResources(final TaskSet set, final RunSettings options, final RealTimeSetup setup, final RunNotes notes) {
        final boolean interrupted = Thread.interrupted(); // which would close the counters file while it is written
        try {
            for (int i = 0; i < set.platform().devices().size(); i++) {
                final Device device = Devices.open(set, i, options, setup);
                handedOn.add(device::close);
                devices.add(device);
            }
            lock = options.realTime() ? Optional.of(MemoryLock.take()) : Optional.empty();
            lock.ifPresent(held -> {
                handedOn.add(held::close);
                notes.granted("process", held.text());
                Throttling.warnings(set, options.kernel(), RealTime.realTimeRuntimeUs()).forEach(notes::warn);
            });
            final int bytes = Kernel.requiredBytes(options.kernel(), devices.size());
            counters = counters(set, options, bytes, notes);
            hotState = counters.map(CountersFile::hotState)
                .orElseGet(() -> new UnsafeBuffer(ByteBuffer.allocateDirect(bytes + LINE_BYTES).alignedSlice(LINE_BYTES)));
        } catch (final Throwable e) {
            handedOn.run(e);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The file by which another process can watch; a run without it is as good, so its absence is only told. */
    private Optional<CountersFile> counters(
        final TaskSet set, final RunSettings options, final int hotBytes, final RunNotes notes) {
        if (!options.watchable()) {
            return Optional.empty();
        }
        try {
            final CountersFile file = CountersFile.open(set.platform(), new CountersFile.Layout(
                options.kernel().taskCapacity(), options.kernel().segmentCapacity(), hotBytes), System.currentTimeMillis());
            handedOn.add(() -> close(file));
            return Optional.of(file);
        } catch (final IOException e) {
            notes.warn("tactus stat cannot watch this run: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static void close(final CountersFile file) {
        try {
            file.close();
        } catch (final IOException e) {
            throw new IllegalStateException("the counters file was not deleted: " + e.getMessage(), e);
        }
    }

    /** One for each of the platform's, in its order. */
    List<Device> devices() {
        return devices;
    }

    Optional<CountersFile> counters() {
        return counters;
    }

    /** Zeroed, cache-line aligned. */
    AtomicBuffer hotState() {
        return hotState;
    }

    /** Gives everything back because nobody could take it; the cause gets what breaks meanwhile. */
    void abandon(final Throwable cause) {
        handedOn.run(cause);
    }

    /** Gives back what nobody else closes: the lock on the memory. */
    @Override
    public void close() {
        lock.ifPresent(MemoryLock::close);
    }
}
