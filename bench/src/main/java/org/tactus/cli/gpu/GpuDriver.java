// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.List;
import java.util.Optional;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;

/** A driver that was asked for by name, open until closed. */
public final class GpuDriver implements AutoCloseable {
    /** NVIDIA's driver. */
    public static final String LIBRARY = "libcuda";
    /** The software driver. */
    public static final String SOFTWARE = "software";

    private final CudaDriver driver;
    private final Optional<SoftwareCuda> software;

    private GpuDriver(final CudaDriver driver, final Optional<SoftwareCuda> software) {
        this.driver = driver;
        this.software = software;
    }

    /**
     * Opens a driver.
     *
     * @param name {@link #LIBRARY} or {@link #SOFTWARE}
     * @return the driver; empty where there is no GPU, and {@link CudaDriver#absence} says why
     * @throws IllegalArgumentException for another name, with the names that there are
     */
    public static Optional<GpuDriver> open(final String name) {
        return switch (name) {
            case LIBRARY -> CudaDriver.find().map(driver -> new GpuDriver(driver, Optional.empty()));
            case SOFTWARE -> {
                final SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4);
                yield Optional.of(new GpuDriver(software.driver(), Optional.of(software)));
            }
            default -> throw new IllegalArgumentException(
                "there is no driver '" + name + "'; write " + LIBRARY + " or " + SOFTWARE);
        };
    }

    /**
     * Its GPUs.
     *
     * @return by index
     */
    public List<CudaGpu> gpus() {
        return driver.gpus();
    }

    /**
     * Tells which driver this is.
     *
     * @return true for the software driver
     */
    public boolean isSoftware() {
        return software.isPresent();
    }

    @Override
    public void close() {
        software.ifPresent(SoftwareCuda::close);
    }
}
