// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.time.Durations;

/** Compares what our kernels compute on the GPU with what their twins compute on the host, to the bit. */
final class KernelCheck implements GpuCheck {
    private static final long[] WORDS = {1, 255, 65_537, 1 << 19};
    private static final long SEED = 0x7A57;
    private static final long SPIN_NS = 2_000_000;
    private static final int MATRICES = 3;

    @Override
    public String name() {
        return "kernels";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "kernel", "workBytes", "elapsedNs", "same");
        final long start = rig.streams().createEvent(true);
        final long end = rig.streams().createEvent(true);
        try (Arena arena = Arena.ofConfined()) {
            for (final long words : WORDS) {
                fillAndChecksum(rig, arena, words, start, end, section);
            }
            matmul(rig, arena, scale.product(), start, end, section);
            spin(rig, start, end, section);
        }
        // Not after an error: that would be told instead of it, and the context takes them along.
        rig.streams().destroyEvent(start);
        rig.streams().destroyEvent(end);
        return section.checked("fill, checksum and matrix product give the host's results to the bit; a spin takes its time");
    }

    private static void fillAndChecksum(
        final GpuRig rig, final Arena arena, final long words, final long start, final long end, final Section.Builder section) {
        final long bytes = words * Long.BYTES;
        final long device = rig.memory().allocate(bytes + Long.BYTES);
        final MemorySegment host = arena.allocate(bytes + Long.BYTES, Long.BYTES);
        rig.streams().fillBytes(device, (byte) 0, bytes + Long.BYTES, rig.compute());
        rig.streams().record(start, rig.compute());
        rig.fill(rig.compute(), device, bytes, SEED);
        rig.checksum(rig.compute(), device, bytes, device + bytes);
        rig.streams().record(end, rig.compute());
        rig.streams().synchronize(rig.compute());
        rig.streams().copyOutNow(host.address(), device, bytes + Long.BYTES);
        rig.memory().freeDevice(device);
        final MemorySegment expected = arena.allocate(bytes, Long.BYTES);
        CudaKernels.fill(expected, SEED);
        final boolean filled = host.asSlice(0, bytes).mismatch(expected) < 0;
        final boolean summed = host.get(ValueLayout.JAVA_LONG, bytes) == CudaKernels.checksum(expected);
        section.expect(filled, "fill wrote other words than the host, " + words + " of them");
        section.expect(summed, "the checksum of " + words + " words is another than the host's");
        section.row("fill and checksum", bytes, rig.elapsedNs(start, end), filled && summed);
    }

    private static void matmul(
        final GpuRig rig, final Arena arena, final int n, final long start, final long end, final Section.Builder section) {
        final long bytes = (long) n * n * Float.BYTES;
        final MemorySegment host = arena.allocate(MATRICES * bytes, Long.BYTES);
        for (int i = 0; i < 2 * n * n; i++) { // numbers of -1 to 1 from the words of the fill
            host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (int) CudaKernels.word(SEED, i) * 0x1p-31f);
        }
        final long device = rig.memory().allocate(MATRICES * bytes);
        rig.streams().copyInNow(device, host.address(), 2 * bytes);
        rig.streams().record(start, rig.compute());
        rig.matmul(rig.compute(), device, device + bytes, device + 2 * bytes, n);
        rig.streams().record(end, rig.compute());
        rig.streams().synchronize(rig.compute());
        final MemorySegment product = arena.allocate(bytes, Long.BYTES);
        rig.streams().copyOutNow(product.address(), device + 2 * bytes, bytes);
        rig.memory().freeDevice(device);
        CudaKernels.matmul(host.asSlice(0, bytes), host.asSlice(bytes, bytes), host.asSlice(2 * bytes, bytes), n);
        final boolean same = product.mismatch(host.asSlice(2 * bytes, bytes)) < 0;
        section.expect(same, "the product of " + n + " x " + n + " is another than the host's");
        section.row("matmul " + n + " x " + n, MATRICES * bytes, rig.elapsedNs(start, end), same);
    }

    private static void spin(final GpuRig rig, final long start, final long end, final Section.Builder section) {
        rig.streams().record(start, rig.compute());
        rig.spin(rig.compute(), SPIN_NS);
        rig.streams().record(end, rig.compute());
        rig.streams().synchronize(rig.compute());
        final long elapsedNs = rig.elapsedNs(start, end);
        // Events tell half a microsecond, and the GPU's clock may tick in steps of one.
        final boolean enough = elapsedNs >= SPIN_NS - 2_000;
        section.expect(enough, "a spin of " + Durations.exact(SPIN_NS) + " took " + Durations.exact(elapsedNs));
        section.row("spin", 0L, elapsedNs, enough);
    }
}
