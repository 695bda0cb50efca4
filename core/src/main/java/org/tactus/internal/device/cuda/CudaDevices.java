// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;

/** Opens the GPU that a set names: a real one by its index, or a software one of the device's own. */
public final class CudaDevices {
    /** Names the software GPU, which needs no hardware. */
    public static final String SOFTWARE = "software";
    /** The driver of a real GPU; also where none is named. */
    public static final String NVIDIA = "nvidia";
    /** Above a dispatcher's priority, because a real GPU does not wait for the processor that it serves. */
    private static final int PRIORITY = 85;

    private CudaDevices() {
    }

    /**
     * Opens the GPU of a device.
     *
     * @param spec     what the set says
     * @param realTime true to let a software GPU's thread ask for SCHED_FIFO
     * @param setup    run first on the thread that computes for a software GPU: what the machine permits it
     * @param reader   run first on the thread that reads weights from files
     * @return the device
     * @throws IllegalStateException when there is no such GPU, with one sentence that says what would be right
     * @throws NativeCallException   when the driver refuses
     * @throws InvalidTaskSetException when the GPU has less memory than the set counts on, with the field's name within the device
     */
    public static CudaDevice open(final DeviceSpec spec, final boolean realTime, final Runnable setup, final Runnable reader) {
        requireFolder(spec);
        if (spec.driver().equals(SOFTWARE)) {
            final SoftwareCuda software = SoftwareCuda.open(settings(spec.memory(), realTime).withCores(spec.cores()));
            try {
                requireMemory(spec, software.driver().gpus().getFirst().name(), SoftwareSettings.PCIE4.memoryBytes());
                return new CudaDevice(software.driver().gpus().getFirst(), spec, software, setup, reader);
            } catch (final Throwable e) {
                final Undo opened = new Undo();
                opened.add(software::close);
                opened.run(e);
                throw e;
            }
        }
        if (!spec.driver().isEmpty() && !spec.driver().equals(NVIDIA)) {
            throw new IllegalStateException("device '" + spec.name() + "' names the driver '" + spec.driver() + "'; there are "
                + SOFTWARE + " and " + NVIDIA);
        }
        final CudaDriver driver = CudaDriver.find().orElseThrow(() -> new IllegalStateException("device '" + spec.name()
            + "' needs a GPU: " + CudaDriver.absence().orElse("none was found") + "; or write 'driver: " + SOFTWARE + "'"));
        final List<CudaGpu> gpus = driver.gpus();
        if (spec.index() >= gpus.size()) {
            throw new IllegalStateException("device '" + spec.name() + "' is GPU " + spec.index() + ", but there are " + gpus.size()
                + "; the first one is index 0");
        }
        requireMemory(spec, gpus.get(spec.index()).name(), gpus.get(spec.index()).totalBytes());
        return new CudaDevice(gpus.get(spec.index()), spec, null, null, reader);
    }

    /** Refuses a folder for weights in which no file can be made. */
    private static void requireFolder(final DeviceSpec spec) {
        spec.memory().flatMap(DeviceMemory::weightsFolder).filter(folder -> !Files.isWritable(Path.of(folder))
            || !Files.isDirectory(Path.of(folder))).ifPresent(folder -> {
            throw new InvalidTaskSetException("weights", "weights: '" + folder + "' is no folder that can be written; name one on the disk"
                + " that was measured");
        });
    }

    /** Refuses a set that counts on more memory than the GPU has, which would be admitted and fail later. */
    private static void requireMemory(final DeviceSpec spec, final String gpu, final long bytes) {
        if (spec.memory().isPresent() && spec.memory().get().capacityBytes() > bytes) {
            throw new InvalidTaskSetException("memory", "memory: the set counts on " + Sizes.format(spec.memory().get().capacityBytes())
                + ", " + gpu + " has " + Sizes.format(bytes) + "; write at most that");
        }
    }

    /** A software GPU whose copies keep what the set says of a chunk, and that has a little more memory than the set schedules. */
    static SoftwareSettings settings(final Optional<DeviceMemory> scheduled, final boolean realTime) {
        return scheduled.map(memory -> SoftwareMoves.of(memory).settings()).orElse(SoftwareSettings.PCIE4)
            .withPriority(realTime ? PRIORITY : 0);
    }
}
