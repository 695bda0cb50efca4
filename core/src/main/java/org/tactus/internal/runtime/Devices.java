// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.List;
import org.tactus.bindings.NativeCallException;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.device.edgetpu.EdgeTpuDevices;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;

/** Opens the devices that a set names. Control thread. */
public final class Devices {
    private Devices() {
    }

    /** The core that a dispatcher polls on leaves little time to what computes beside it, but no other core is the device's to use. */
    private static List<Integer> beyondTheFirst(final List<Integer> cores) {
        return cores.size() < 2 ? cores : cores.subList(1, cores.size());
    }

    /**
     * Opens the device of an index in a set's platform.
     *
     * @param set     for the platform
     * @param index   which of its devices
     * @param options whether threads are real-time, seeds and capacities
     * @return the device, to be closed by the caller
     * @throws InvalidTaskSetException when its driver is missing
     */
    public static Device open(final TaskSet set, final int index, final RunSettings options) {
        return open(set, index, options, new RealTimeSetup(options.realTime()));
    }

    /** With what sets the threads up that compute for a device. */
    static Device open(final TaskSet set, final int index, final RunSettings options, final ThreadSetup setup) {
        final DeviceSpec spec = set.platform().devices().get(index);
        try {
            return switch (spec.kind()) {
                case CPU -> new CpuDevice(Clock.SYSTEM, "java");
                case MODELLED -> set.swapsOn(index)
                    ? new ModelledDevice(spec.memory().orElseThrow(), options.kernel().taskCapacity(), options.seed())
                    : new ModelledDevice();
                case CUDA -> CudaDevices.open(spec, options.realTime(),
                    () -> setup.apply("engine", beyondTheFirst(spec.cores())), () -> setup.apply("reader", List.of()));
                case EDGETPU -> EdgeTpuDevices.open(spec, setup.priority());
            };
        } catch (final InvalidTaskSetException e) {
            throw new InvalidTaskSetException("platform.devices[" + index + "]." + e.field(), e.getMessage());
        } catch (final IllegalStateException | NativeCallException e) {
            throw new InvalidTaskSetException("platform.devices[" + index + "].driver", e.getMessage());
        }
    }
}
