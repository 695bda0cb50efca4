// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.tactus.bindings.generated.edgetpu.edgetpu_device;
import org.tactus.bindings.generated.edgetpu.edgetpu_h;
import org.tactus.bindings.generated.edgetpu.edgetpu_option;
import org.tactus.bindings.software.Handles;

/** The functions of libedgetpu. Their names are those of the C header without {@code edgetpu_}. */
final class EdgeTpuCalls {
    /** Where the one device is. */
    static final String PATH = "software/tpu0";
    private static final long MAX_TEXT_BYTES = 256;
    private static final double FULL_CLOCK_MHZ = 500;
    private static final Map<String, Double> CLOCKS_MHZ = Map.of("Low", 63.0, "Medium", 125.0, "High", 250.0, "Max", FULL_CLOCK_MHZ);

    final Handles<Delegate> delegates = new Handles<>(0x44);
    private final SoftwareTpu device;
    private final Misuse misuse;
    private final MemorySegment version;
    private final MemorySegment list;

    EdgeTpuCalls(final SoftwareTpu device, final Misuse misuse, final Arena arena) {
        this.device = device;
        this.misuse = misuse;
        version = arena.allocateFrom(SoftwareEdgeTpu.VERSION);
        list = edgetpu_device.allocate(arena);
        edgetpu_device.type(list, edgetpu_h.EDGETPU_APEX_USB());
        edgetpu_device.path(list, arena.allocateFrom(PATH).address());
    }

    /** A delegate: how much slower than at full clock its invocations execute, and how many interpreters have it. */
    static final class Delegate {
        final double slowness;
        int interpreters;

        Delegate(final double slowness) {
            this.slowness = slowness;
        }
    }

    long version() {
        return version.address();
    }

    long listDevices(final long count) {
        final boolean plugged = device.isPlugged();
        MemorySegment.ofAddress(count).reinterpret(Long.BYTES).set(ValueLayout.JAVA_LONG, 0, plugged ? 1 : 0);
        return plugged ? list.address() : 0;
    }

    void freeDevices(final long devices) {
        if (devices != 0 && devices != list.address()) {
            misuse.add("edgetpu_free_devices of what edgetpu_list_devices did not give");
        }
    }

    long createDelegate(final int type, final long name, final long options, final long count) {
        if (count > 0 && name == 0) {
            misuse.add("edgetpu_create_delegate with options but without a name ends the process");
            return 0;
        }
        double clockMhz = FULL_CLOCK_MHZ;
        for (long i = 0; i < count; i++) {
            final MemorySegment option =
                MemorySegment.ofAddress(options).reinterpret(count * edgetpu_option.sizeof()).asSlice(i * edgetpu_option.sizeof());
            if (text(edgetpu_option.name(option)).equals("Performance")) {
                clockMhz = CLOCKS_MHZ.getOrDefault(text(edgetpu_option.value(option)), 0.0);
            }
        }
        if (type != edgetpu_h.EDGETPU_APEX_USB() || name != 0 && !text(name).equals(PATH) || !device.isPlugged() || clockMhz == 0) {
            return 0;
        }
        synchronized (misuse) {
            return delegates.add(new Delegate(FULL_CLOCK_MHZ / clockMhz));
        }
    }

    void freeDelegate(final long delegate) {
        synchronized (misuse) {
            final Delegate removed = delegates.remove(delegate);
            if (removed == null) {
                misuse.add("edgetpu_free_delegate of what is none, or was freed before");
            } else if (removed.interpreters > 0) {
                misuse.add("edgetpu_free_delegate before TfLiteInterpreterDelete: the interpreter would use freed memory");
            }
        }
    }

    private static String text(final long address) {
        return MemorySegment.ofAddress(address).reinterpret(MAX_TEXT_BYTES).getString(0);
    }
}
