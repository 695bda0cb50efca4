// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.Device;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.watch.CountersFile;
import org.tactus.model.TaskSet;

/**
 * The resources that a run acquires before it has a kernel: the open devices, the lock on the process's memory, the counters file, and the
 * memory for the hot state. It acquires all of them, or none when a step fails. Control thread.
 */
final class RunResources implements AutoCloseable {
    private final List<Device> devices = new ArrayList<>();
    private final Optional<MemoryLock> lock;
    private final Optional<CountersFile> counters;
    private final AtomicBuffer hotState;
    /** Gives back what the kernel and the recorder will close once they exist. */
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
            final int bytes = Kernel.requiredBytes(options.kernel(), set);
            counters = counters(set, options, bytes, notes);
            hotState = counters.map(CountersFile::hotState).orElseGet(() -> AlignedMemory.allocate(bytes));
        } catch (final Throwable e) {
            handedOn.run(e);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The counters file, for {@code tactus stat}. Optional: if it cannot be created, this warns and continues without it. */
    private Optional<CountersFile> counters(
        final TaskSet set, final RunSettings options, final int hotBytes, final RunNotes notes) {
        if (!options.watchable()) {
            return Optional.empty();
        }
        try {
            final int left = CountersFile.removeLeft();
            if (left > 0) {
                notes.warn("removed " + left + (left == 1 ? " counters file" : " counters files") + " that killed processes left in "
                    + CountersFile.folder());
            }
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

    /** Gives everything back because the kernel could not be made; what fails meanwhile is added to the cause. */
    void abandon(final Throwable cause) {
        handedOn.run(cause);
    }

    /** Gives back the lock on the memory; the kernel and the recorder close everything else. */
    @Override
    public void close() {
        lock.ifPresent(MemoryLock::close);
    }
}
