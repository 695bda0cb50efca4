// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tactus.bindings.edgetpu.EdgeTpu;
import org.tactus.bindings.generated.edgetpu.edgetpu_h;
import org.tactus.bindings.generated.tflite.tflite_h;
import org.tactus.bindings.software.StubTable;
import org.tactus.bindings.tflite.TfLite;

/**
 * A software Edge TPU with its libraries. Several may live in one process. Made and closed by a control thread; what it offers
 * through {@link #edgeTpu} is for any.
 */
public final class SoftwareEdgeTpu implements AutoCloseable {
    /** What both libraries say of themselves. */
    static final String VERSION = "software Edge TPU";

    private final Arena arena = Arena.ofShared();
    private final StubTable edgeTpuStubs = new StubTable(arena, edgetpu_h.class, 0);
    private final StubTable tfLiteStubs = new StubTable(arena, tflite_h.class, tflite_h.kTfLiteError());
    private final Misuse misuse = new Misuse();
    private final SoftwareTpu device;
    private final EdgeTpu edgeTpu;

    private SoftwareEdgeTpu(final SoftwareTpuSettings settings) {
        device = new SoftwareTpu(settings);
        final EdgeTpuCalls calls = new EdgeTpuCalls(device, misuse, arena);
        edgeTpuStubs.offer(calls, MethodHandles.lookup(),
            name -> declared(edgeTpuStubs, "edgetpu_" + name.replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT)));
        final TfLiteCalls tfLite = new TfLiteCalls(calls, device, misuse, arena);
        tfLiteStubs.offer(tfLite, MethodHandles.lookup(),
            name -> declared(tfLiteStubs, "TfLite" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)));
        tfLite.rehearse(tfLiteStubs.find("TfLiteInterpreterInvoke").orElseThrow());
        edgeTpu = EdgeTpu.of(TfLite.of(tfLiteStubs, VERSION), edgeTpuStubs, VERSION);
    }

    private static Optional<String> declared(final StubTable stubs, final String function) {
        return stubs.declares(function) ? Optional.of(function) : Optional.empty();
    }

    /**
     * Plugs a software Edge TPU in.
     *
     * @param settings what it is
     * @return the device, to be closed when nothing uses it any more
     */
    public static SoftwareEdgeTpu open(final SoftwareTpuSettings settings) {
        return new SoftwareEdgeTpu(settings);
    }

    /**
     * The libraries.
     *
     * @return the same interface as the real ones'
     */
    public EdgeTpu edgeTpu() {
        return edgeTpu;
    }

    /** Takes the device away: a running invocation and every later one fail, and it is no longer listed. Any thread. */
    public void unplug() {
        device.plug(false);
    }

    /** Puts the device back; its memory is empty then. Any thread. */
    public void plugIn() {
        device.plug(true);
    }

    /**
     * Time that invocations took by the model of costs.
     *
     * @return nanoseconds
     */
    public long busyNs() {
        return device.busyNs();
    }

    /**
     * Invocations that went well.
     *
     * @return a count
     */
    public long invocations() {
        return device.invocations();
    }

    /**
     * Packages whose parameters were brought into the device's memory.
     *
     * @return a count
     */
    public long uploads() {
        return device.uploads();
    }

    /**
     * Packages whose parameters were forgotten.
     *
     * @return a count
     */
    public long evictions() {
        return device.evictions();
    }

    /**
     * Parameters in the device's memory.
     *
     * @return bytes
     */
    public long residentBytes() {
        return device.residentBytes();
    }

    /**
     * What callers did that the real libraries would have crashed on.
     *
     * @return one sentence each; empty when there was nothing, as there should be
     */
    public List<String> misuse() {
        return misuse.list();
    }

    /**
     * An exception inside the software libraries, which a caller saw as an error.
     *
     * @return the last one; empty when there was none, as there should be
     */
    public Optional<Throwable> defect() {
        return edgeTpuStubs.defect().or(tfLiteStubs::defect);
    }

    /** Frees everything. No call may be under way or follow. */
    @Override
    public void close() {
        arena.close();
    }
}
