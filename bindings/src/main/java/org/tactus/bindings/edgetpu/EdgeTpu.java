// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.edgetpu.edgetpu_create_delegate_t;
import org.tactus.bindings.generated.edgetpu.edgetpu_device;
import org.tactus.bindings.generated.edgetpu.edgetpu_free_delegate_t;
import org.tactus.bindings.generated.edgetpu.edgetpu_free_devices_t;
import org.tactus.bindings.generated.edgetpu.edgetpu_h;
import org.tactus.bindings.generated.edgetpu.edgetpu_list_devices_t;
import org.tactus.bindings.generated.edgetpu.edgetpu_option;
import org.tactus.bindings.generated.edgetpu.edgetpu_version_t;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.bindings.tflite.TfLiteDelegate;
import org.tactus.bindings.tflite.TfLiteInterpreter;

/**
 * A library that drives Edge TPUs, together with the TensorFlow Lite that it goes with. Safe on any thread.
 *
 * <p>What ends a process is kept here and cannot be done from outside: a pair of libraries that do not go together is refused; a
 * delegate is always made of a device's path, because options without a name end the process; each interpreter has a delegate of its
 * own, which is freed after it.
 */
public final class EdgeTpu {
    /** Names a library file to use instead of the system's {@code libedgetpu.so.1}. */
    public static final String PATH_PROPERTY = "tactus.edgetpu.library";
    /** Says which release of TensorFlow a libedgetpu that is not Google's was built against, such as {@code 2.16}. */
    public static final String BUILT_AGAINST_PROPERTY = "tactus.edgetpu.builtAgainst";
    private static final long MAX_TEXT_BYTES = 1 << 12;

    private final EdgeTpuFunctions functions;
    private final TfLite tflite;
    private final String library;
    private final String version;

    private EdgeTpu(final TfLite tflite, final SymbolLookup lookup, final String library) {
        this.tflite = tflite;
        this.library = library;
        functions = new EdgeTpuFunctions(lookup, library);
        version = text(edgetpu_version_t.invoke(functions.version));
        VersionPair.refusal(tflite.version(), version, System.getProperty(BUILT_AGAINST_PROPERTY)).ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
    }

    /**
     * Finds the user's libedgetpu and a TensorFlow Lite that goes with it; looked for once a process.
     *
     * @return empty where there is none, and {@link #absence} says why
     */
    public static Optional<EdgeTpu> find() {
        return Optional.ofNullable(EdgeTpuLibrary.LIBRARY);
    }

    /**
     * Why {@link #find} is empty.
     *
     * @return one line: what is missing or does not go together, and what would mend it; empty when there is a library
     */
    public static Optional<String> absence() {
        return Optional.ofNullable(EdgeTpuLibrary.ABSENCE);
    }

    /**
     * Uses a library.
     *
     * @param tflite  the TensorFlow Lite to go with it
     * @param lookup  finds its functions by the names of the C header
     * @param library what it is, for reports
     * @return the library
     * @throws IllegalArgumentException when a function is missing
     * @throws IllegalStateException    when the two do not go together, with the reason
     */
    public static EdgeTpu of(final TfLite tflite, final SymbolLookup lookup, final String library) {
        return new EdgeTpu(tflite, lookup, library);
    }

    /**
     * Which library answers.
     *
     * @return such as {@code libedgetpu.so.1} or {@code software Edge TPU}
     */
    public String library() {
        return library;
    }

    /**
     * The library's version.
     *
     * @return its own text
     */
    public String version() {
        return version;
    }

    /**
     * The TensorFlow Lite beside it.
     *
     * @return the library
     */
    public TfLite tflite() {
        return tflite;
    }

    /**
     * The devices that are there now. Looks at the buses, so it takes its time; off the hot path.
     *
     * @return in the library's order
     */
    public List<EdgeTpuPort> devices() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            final long address = edgetpu_list_devices_t.invoke(functions.listDevices, count.address());
            final List<EdgeTpuPort> ports = new ArrayList<>();
            if (address != 0) {
                final long number = count.get(ValueLayout.JAVA_LONG, 0);
                final MemorySegment devices = MemorySegment.ofAddress(address).reinterpret(number * edgetpu_device.sizeof());
                for (long i = 0; i < number; i++) {
                    final MemorySegment device = edgetpu_device.asSlice(devices, i);
                    final boolean usb = edgetpu_device.type(device) == edgetpu_h.EDGETPU_APEX_USB();
                    ports.add(new EdgeTpuPort(usb, text(edgetpu_device.path(device))));
                }
                edgetpu_free_devices_t.invoke(functions.freeDevices, address);
            }
            return List.copyOf(ports);
        }
    }

    /**
     * Makes an interpreter whose compiled part runs on a device. Opens the device on first use.
     *
     * @param model   the bytes of a {@code *_edgetpu.tflite} file
     * @param port    the device
     * @param options libedgetpu's, such as {@code Performance: Max}; may be empty
     * @return the interpreter; its tensors are in place
     * @throws NativeCallException when the device cannot be opened or the model is refused
     */
    public TfLiteInterpreter interpreter(final byte[] model, final EdgeTpuPort port, final Map<String, String> options) {
        return tflite.interpreter(model, delegate(port, options));
    }

    private TfLiteDelegate delegate(final EdgeTpuPort port, final Map<String, String> options) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment list = edgetpu_option.allocateArray(Math.max(1, options.size()), arena);
            long i = 0;
            for (final Map.Entry<String, String> option : options.entrySet()) {
                final MemorySegment entry = edgetpu_option.asSlice(list, i++);
                edgetpu_option.name(entry, arena.allocateFrom(option.getKey()).address());
                edgetpu_option.value(entry, arena.allocateFrom(option.getValue()).address());
            }
            // never without the path: with options, a name of NULL ends the process
            final long delegate = edgetpu_create_delegate_t.invoke(functions.createDelegate,
                port.usb() ? edgetpu_h.EDGETPU_APEX_USB() : edgetpu_h.EDGETPU_APEX_PCI(), arena.allocateFrom(port.path()).address(),
                options.isEmpty() ? 0 : list.address(), options.size());
            if (delegate == 0) {
                throw new NativeCallException("edgetpu_create_delegate", 0, port + " cannot be opened with options " + options
                    + "; another process may have it, or it was unplugged");
            }
            return new Delegate(functions.freeDelegate, delegate);
        }
    }

    private record Delegate(MemorySegment free, long address) implements TfLiteDelegate {
        @Override
        public void close() {
            edgetpu_free_delegate_t.invoke(free, address);
        }
    }

    private static String text(final long address) {
        return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(MAX_TEXT_BYTES).getString(0);
    }
}
