// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.edgetpu;

import java.util.List;
import java.util.Optional;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.internal.child.ChildContent;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;

/** The library of an Edge TPU in a child process. */
public final class EdgeTpuContent implements ChildContent {
    private static final String SEPARATOR = "\t";
    private static final int PARTS = 5;

    private EdgeTpuHost host;

    /** What the child must know of a device. */
    static String arguments(final DeviceSpec spec) {
        return String.join(SEPARATOR, spec.name(), spec.driver(), Integer.toString(spec.index()), Long.toString(spec.sramBytes()),
            spec.link());
    }

    @Override
    public String open(final String arguments) {
        final String[] parts = arguments.split(SEPARATOR, PARTS);
        host = EdgeTpuDevices.own(new DeviceSpec(parts[0], DeviceKind.EDGETPU, List.of(), parts[1], Integer.parseInt(parts[2]),
            Optional.empty(), Long.parseLong(parts[3]), parts[4]));
        return host.driver();
    }

    @Override
    public Interpreter load(final byte[] model) {
        return host.interpreter(model);
    }

    @Override
    public boolean isGone() {
        return host.isLost();
    }

    @Override
    public void close() {
        if (host != null) {
            host.close();
        }
    }
}
