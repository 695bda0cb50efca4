// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.cuda.software.CommandDescriptor.COPY_IN;
import static org.tactus.bindings.cuda.software.CommandDescriptor.COPY_OUT;
import static org.tactus.bindings.cuda.software.CommandDescriptor.FILL_BYTES;
import static org.tactus.bindings.cuda.software.CommandDescriptor.FILL_WORDS;
import static org.tactus.bindings.cuda.software.CommandDescriptor.KERNEL;
import static org.tactus.bindings.cuda.software.CommandDescriptor.PREFETCH;

import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.ptx.PtxFault;
import org.tactus.bindings.cuda.ptx.PtxLaunch;
import org.tactus.bindings.cuda.ptx.PtxMemory;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * One engine of the GPU (kernels, copies in, copies out) and the command on it. It works in slices: {@link #prepare} checks the next
 * one against the table and leases what it touches, under the driver's monitor; {@link #work} touches it, outside. Who takes memory
 * away removes it from the table first and then waits for the lease.
 */
final class Engine {
    /** Runs kernels and fills. */
    static final int COMPUTE = 0;
    /** Copies to the device. */
    static final int IN = 1;
    /** Copies to the host. */
    static final int OUT = 2;

    private static final int OPERANDS = 3;
    /** {@code CUDA_ERROR_MISALIGNED_ADDRESS} of the driver's documentation. */
    static final int MISALIGNED_ADDRESS = 716;

    SoftwareStream stream;
    /** When the command ends by the model. */
    long endNs;
    /** When the engine is free by the model. */
    long freeNs = Long.MIN_VALUE;
    private long op;
    private final long[] arguments = new long[5];
    /** How far the work is: bytes, words or rows. */
    private long position;
    private long length;
    /** Where the leased slice begins; a thread that drops the command meanwhile changes the position, but not this. */
    private long begin;
    private long slice;
    /** From the device's address to where the slice is touched. */
    private long shift;
    private final long[] leaseStarts = new long[OPERANDS];
    private final long[] leaseEnds = new long[OPERANDS];
    private volatile boolean touching;
    /** What an interpreted kernel may access; listed anew for each slice. */
    private final PtxMemory accessible = new PtxMemory();
    private PtxLaunch launch;
    private int fault;
    private String faultReason;

    /** The engine that a command needs. */
    static int of(final long op) {
        return op == COPY_IN || op == PREFETCH ? IN : op == COPY_OUT ? OUT : COMPUTE;
    }

    void begin(final SoftwareStream from, final long end) {
        stream = from;
        stream.busy = true;
        endNs = end;
        op = from.first(CommandDescriptor.OP);
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = from.argument(i);
        }
        position = 0;
        launch = isInterpreted() ? from.launch().prepare() : null;
        length = length();
    }

    private boolean isInterpreted() {
        return op == KERNEL && arguments[0] == SoftwareKernels.INTERPRETED;
    }

    /** The error that the command has made, and that the device makes its own; 0 for none. */
    int fault() {
        return fault;
    }

    /** What made the error, in one line. */
    String faultReason() {
        return faultReason;
    }

    private long length() {
        if (op == PREFETCH || op == KERNEL && arguments[0] == SoftwareKernels.SPIN) {
            return 0;
        }
        if (isInterpreted()) {
            return launch.blocks();
        }
        if (op == KERNEL) {
            return arguments[0] == SoftwareKernels.MATMUL ? arguments[4] : arguments[2];
        }
        return arguments[2];
    }

    boolean isIdle() {
        return stream == null;
    }

    /** Tells whether there are bytes left to touch. */
    boolean hasWork() {
        return stream != null && position < length;
    }

    void clear() {
        stream = null;
        launch = null;
        fault = 0;
        faultReason = null;
        position = length;
    }

    /** Leases the next slice; false when the device may not access it. */
    boolean prepare(final AddressSpace space, final ChunkStore chunks) {
        begin = position;
        slice = Math.min(length - position, op == KERNEL && arguments[0] != SoftwareKernels.MATMUL
            ? SoftwareKernels.SLICE_BYTES / Long.BYTES : op == KERNEL ? 1 : SoftwareKernels.SLICE_BYTES);
        for (int i = 0; i < OPERANDS; i++) {
            leaseStarts[i] = 0;
            leaseEnds[i] = 0;
        }
        if (isInterpreted()) { // whatever it accesses: who takes memory away waits for the block
            slice = 1;
            space.accessible(accessible);
            lease(0, 0, Long.MAX_VALUE);
            touching = true;
            return true;
        }
        if (op == KERNEL && arguments[0] == SoftwareKernels.MATMUL) {
            final long bytes = length * length * Float.BYTES;
            for (int i = 0; i < OPERANDS; i++) {
                lease(i, arguments[1 + i], bytes);
            }
        } else if (op == KERNEL) {
            lease(0, arguments[1] + position * Long.BYTES, slice * Long.BYTES);
            lease(1, arguments[0] == SoftwareKernels.CHECKSUM ? arguments[3] : 0,
                arguments[0] == SoftwareKernels.CHECKSUM ? Long.BYTES : 0);
        } else {
            lease(0, (op == COPY_OUT ? arguments[1] : arguments[0]) + position, slice);
        }
        for (int i = 0; i < OPERANDS; i++) {
            if (leaseEnds[i] != leaseStarts[i] && !space.isAccessible(leaseStarts[i], leaseEnds[i] - leaseStarts[i])) {
                return false;
            }
        }
        shift = PtxMemory.onHost(leaseStarts[0]) - leaseStarts[0];
        if (op != KERNEL || arguments[0] != SoftwareKernels.MATMUL) {
            goHome(space, chunks);
        }
        if (op == COPY_IN || op == COPY_OUT) { // whatever the host's side is, it may not be freed meanwhile
            lease(1, (op == COPY_OUT ? arguments[0] : arguments[1]) + position, slice);
        }
        touching = true;
        return true;
    }

    /**
     * Cuts the slice at the end of the chunk that it begins in, and turns to the place where that chunk is always shown: the same
     * memory, whose pages Linux need not find anew after every mapping.
     */
    private void goHome(final AddressSpace space, final ChunkStore chunks) {
        final int unit = op == KERNEL ? Long.BYTES : 1;
        final int at = space.holding(leaseStarts[0], AddressSpace.CHUNK);
        final long left = at < 0 ? 0 : (space.start(at) + space.bytes(at) - leaseStarts[0]) / unit;
        if (left > 0) { // a word across two chunks goes the long way
            slice = Math.min(slice, left);
            shift = chunks.home(space.content(at)) - space.start(at);
        }
    }

    private void lease(final int operand, final long start, final long bytes) {
        leaseStarts[operand] = start;
        leaseEnds[operand] = start + bytes;
    }

    /** Tells whether a slice under way touches addresses. Under the monitor; the slice ends without it. */
    boolean touches(final long start, final long end) {
        if (touching) {
            for (int i = 0; i < OPERANDS; i++) {
                if (leaseStarts[i] < end && start < leaseEnds[i]) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Touches the leased slice. */
    void work() {
        try {
            touch();
        } finally {
            touching = false; // a thread that waits to unmap the memory goes on
        }
    }

    private void touch() {
        if (isInterpreted()) {
            interpret();
            return;
        }
        final long first = arguments[0];
        final long second = arguments[1];
        if (op == COPY_IN) {
            HostMemory.copy(first + begin + shift, second + begin, slice);
        } else if (op == COPY_OUT) {
            HostMemory.copy(first + begin, second + begin + shift, slice);
        } else if (op == FILL_BYTES) {
            HostMemory.fill(first + begin + shift, slice, (byte) second);
        } else if (op == FILL_WORDS) {
            HostMemory.fillWords(first + begin + shift, slice, (int) second);
        } else if (first == SoftwareKernels.FILL) {
            CudaKernels.fill(HostMemory.ALL, second + shift, arguments[3], begin, begin + slice);
        } else if (first == SoftwareKernels.CHECKSUM) {
            final long sum = CudaKernels.checksum(HostMemory.ALL, second + shift, begin, begin + slice);
            final long to = PtxMemory.onHost(arguments[3]);
            HostMemory.putLong(to, HostMemory.getLong(to) + sum);
        } else {
            CudaKernels.matmulRow(HostMemory.ALL, PtxMemory.onHost(second), HostMemory.ALL, PtxMemory.onHost(arguments[2]),
                HostMemory.ALL, PtxMemory.onHost(arguments[3]), length, begin);
        }
        position = begin + slice;
    }

    /** A block of the grid. The kernel is over when the interpreter is: there is no model of its time. */
    private void interpret() {
        final PtxLaunch of = launch; // a thread that drops the command meanwhile forgets it
        if (of == null) {
            return;
        }
        try {
            of.run(accessible, begin);
            position = begin + slice;
            endNs = Math.max(endNs, System.nanoTime());
        } catch (final PtxFault e) {
            faultReason = e.getMessage();
            fault = switch (e.kind()) {
                case ADDRESS -> cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS();
                case ALIGNMENT -> MISALIGNED_ADDRESS;
                case DIVERGENCE, UNDEFINED -> cuda_h.CUDA_ERROR_LAUNCH_FAILED();
            };
        } catch (final RuntimeException e) { // the launch fails: the thread must go on for all others
            faultReason = "the interpreter: " + e;
            fault = cuda_h.CUDA_ERROR_LAUNCH_FAILED();
        }
    }

    /** Time of the command by the model, without what may vary. */
    static double modelNs(final SoftwareStream of, final SoftwareSettings settings, final boolean duplex) {
        final long op = of.first(CommandDescriptor.OP);
        final double share = duplex ? settings.duplexShare() : 1;
        if (op == COPY_IN) {
            return settings.copyNs() + of.argument(2) * 1e9 / settings.inBytesPerSecond() / share;
        }
        if (op == COPY_OUT) {
            return settings.copyNs() + of.argument(2) * 1e9 / settings.outBytesPerSecond() / share;
        }
        if (op == PREFETCH) {
            return settings.copyNs() + of.argument(0) * 1e9 / settings.inBytesPerSecond() / share;
        }
        final double bytesPerNs = settings.inBytesPerSecond() / 1e9 * SoftwareGpu.DEVICE_MEMORY_FACTOR;
        if (op == KERNEL && of.argument(0) == SoftwareKernels.SPIN) {
            return settings.launchNs() + (double) of.argument(1);
        }
        if (op == KERNEL && of.argument(0) == SoftwareKernels.INTERPRETED) {
            return settings.launchNs();
        }
        if (op == KERNEL && of.argument(0) == SoftwareKernels.MATMUL) {
            return settings.launchNs() + Math.pow(of.argument(4), 3) * 2 / SoftwareGpu.OPERATIONS_PER_NS;
        }
        return settings.launchNs() + of.argument(2) * (op == KERNEL ? Long.BYTES : 1) / bytesPerNs;
    }
}
