// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.edgetpu.EdgeTpuDevice;
import org.tactus.model.TaskSet;

/** What accelerators say of the networks that were prepared for them: what is not as the task set has it, but keeps none from running. */
final class DeviceRemarks {
    private DeviceRemarks() {
    }

    /**
     * Asks all devices. A GPU says each line once, an Edge TPU all of its lines each time. Control thread.
     *
     * @param set     the set
     * @param devices its platform's devices, in its order
     * @return one sentence each, with the device's name
     */
    static List<String> take(final TaskSet set, final List<Device> devices) {
        final List<String> said = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            final String name = set.platform().devices().get(i).name() + ": ";
            if (devices.get(i) instanceof final EdgeTpuDevice edgeTpu) {
                edgeTpu.evictions().ifPresent(text -> said.add(name + text));
                edgeTpu.leftToTheCpu().forEach(text -> said.add(name + text));
            } else if (devices.get(i) instanceof final CudaDevice gpu) {
                gpu.takeRemarks().forEach(text -> said.add(name + text));
            }
        }
        return said;
    }
}
