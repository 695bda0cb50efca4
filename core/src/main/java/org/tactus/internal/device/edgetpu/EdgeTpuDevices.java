// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.edgetpu;

import java.util.List;
import org.tactus.bindings.edgetpu.EdgeTpu;
import org.tactus.bindings.edgetpu.EdgeTpuPort;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.bindings.edgetpu.software.SoftwareEdgeTpu;
import org.tactus.bindings.edgetpu.software.SoftwareTpuSettings;
import org.tactus.internal.child.ChildProcess;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;

/** Opens the Edge TPU that a set names: a real one by its index, or a software one of the device's own. */
public final class EdgeTpuDevices {
    /** Names the software Edge TPU, which needs no hardware. */
    public static final String SOFTWARE = "software";
    /** The driver of a real Edge TPU; also where none is named. */
    public static final String LIBEDGETPU = "libedgetpu";

    private EdgeTpuDevices() {
    }

    /**
     * Opens the Edge TPU of a device.
     *
     * @param spec     what the set says
     * @param priority of SCHED_FIFO, for what computes in a child process; 0 for ordinary scheduling
     * @return the device
     * @throws IllegalStateException when there is no such Edge TPU, with one sentence that says what would be right
     */
    public static EdgeTpuDevice open(final DeviceSpec spec, final int priority) {
        requireDriver(spec);
        return new EdgeTpuDevice(spec.process() == DeviceSpec.LibraryProcess.CHILD
            ? new EdgeTpuHost.Child(ChildProcess.start(spec.name(), new ChildProcess.Settings(EdgeTpuContent.class,
                EdgeTpuContent.arguments(spec), spec.dispatcherCores(), priority, priority > 0)))
            : own(spec), spec.name(), Clock.SYSTEM);
    }

    private static void requireDriver(final DeviceSpec spec) {
        if (!spec.driver().isEmpty() && !spec.driver().equals(LIBEDGETPU) && !spec.driver().equals(SOFTWARE)) {
            throw new IllegalStateException("device '" + spec.name() + "' names the driver '" + spec.driver() + "'; there are " + SOFTWARE
                + " and " + LIBEDGETPU);
        }
    }

    /** Opens it in this process. */
    static EdgeTpuHost own(final DeviceSpec spec) {
        if (spec.driver().equals(SOFTWARE)) {
            final SoftwareEdgeTpu software = SoftwareEdgeTpu.open(settings(spec));
            try {
                return own(software);
            } catch (final Throwable e) {
                final Undo opened = new Undo();
                opened.add(software::close);
                opened.run(e);
                throw e;
            }
        }
        final EdgeTpu edgeTpu = EdgeTpu.find().orElseThrow(() -> new IllegalStateException("device '" + spec.name()
            + "' needs an Edge TPU: " + EdgeTpu.absence().orElse("none was found") + "; or write 'driver: " + SOFTWARE + "'"));
        final List<EdgeTpuPort> ports = edgeTpu.devices();
        if (spec.index() >= ports.size()) {
            throw new IllegalStateException("device '" + spec.name() + "' is Edge TPU " + spec.index() + ", but there are " + ports.size()
                + "; the first one is index 0; or write 'driver: " + SOFTWARE + "'");
        }
        return new EdgeTpuHost.Own(edgeTpu, ports.get(spec.index()), null);
    }

    private static EdgeTpuHost own(final SoftwareEdgeTpu software) {
        return new EdgeTpuHost.Own(software.edgeTpu(), software.edgeTpu().devices().getFirst(), software);
    }

    /**
     * Makes a device of a software Edge TPU in this process.
     *
     * @param spec     what the set says
     * @param software closed with the device
     * @return the device
     */
    public static EdgeTpuDevice software(final DeviceSpec spec, final SoftwareEdgeTpu software) {
        return new EdgeTpuDevice(own(software), spec.name(), Clock.SYSTEM);
    }

    /**
     * What the software Edge TPU of a device is: its memory, less what the compiler would reserve, and its link.
     *
     * @param spec what the set says
     * @return the settings
     */
    public static SoftwareTpuSettings settings(final DeviceSpec spec) {
        return SoftwareTpuSettings.USB3.withSram(spec.sramBytes(), Math.min(EdgeTpuCost.RESERVED_BYTES, spec.sramBytes()))
            .withLink(HostLink.of(spec.link()).orElse(HostLink.USB3));
    }
}
