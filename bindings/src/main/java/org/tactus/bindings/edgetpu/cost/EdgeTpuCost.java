// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.cost;

/**
 * A model of the time that an Edge TPU takes, in nanoseconds. We derived it from published measurements; no publication states it so.
 * Immutable, allocation-free, for any thread.
 *
 * <pre>
 *   invocation = host + input / B + instructions / B + streamed / B + execution + output / B'
 *   host       = fixed + share * (input + instructions + streamed) / B
 *   upload     = cached / B + 2.5 ms                     only when the device does not hold the cached parameters
 * </pre>
 *
 * <p>B and B' are the link's bandwidths to and from the device. The invocation is the upper bound of github pm2550/TPU_Models
 * (five_models/formula.md: nothing overlaps), with the instruction stream, which the driver sends every time, added by us. Where the
 * device overlaps streaming with execution, {@link #streamTailNs} is what is left: the lower bound of the same source.
 */
public final class EdgeTpuCost {
    /**
     * What an upload takes beyond its bytes: the largest remainder, rounded up, of first call minus cached call minus bytes / B over USB 3
     * for 66 KB, 1.0 MB, 4.0 MB and 4.8 MB (LibrEdgeTPU HARDWARE_ANALYSIS: 1.32 - 0.28, 5.55 - 0.29, 13.64 - 0.27, 27.0 - 12.25 ms).
     */
    public static final long UPLOAD_FIXED_NS = 2_500_000;
    /**
     * Execution without a measurement: 0.32 ms a MiB of parameters. Ours: what remains of Google's x86 latencies for mobilenet_v1 and v2
     * and inception_v1 (2.17, 2.29, 3.06 ms) after a desktop's host and the link's share. For convolutional networks of that kind only.
     */
    public static final double EXECUTION_NS_PER_BYTE = 320_000.0 / (1 << 20);
    /** Parameter memory of the device, bytes (beagle_chip_structures.h of libedgetpu). Core's DeviceReader has the number once more. */
    public static final long SRAM_BYTES = 8L << 20;
    /** What a group of small networks leaves unusable for caching: 8192 KiB less used and remaining of a compiler's log (DeepPiCar). */
    public static final long RESERVED_BYTES = 507L << 10;

    /**
     * What a multiply-accumulate operation takes on the host where the compiler left an operator to it: 1,000 million a second. Ours, an
     * assumption: plain 8-bit kernels on one core of a small machine are about so fast; what a machine really takes a profile measures.
     */
    public static final double HOST_NS_PER_OPERATION = 1;
    private static final double NS_PER_SECOND = 1e9;

    private final HostLink link;

    /**
     * Makes the model.
     *
     * @param link how the device hangs on its host
     */
    public EdgeTpuCost(final HostLink link) {
        this.link = link;
    }

    /**
     * The link.
     *
     * @return as given
     */
    public HostLink link() {
        return link;
    }

    /**
     * Time to bring cached parameters into the device's memory.
     *
     * @param cachedBytes bytes; 0 takes no time
     * @return nanoseconds
     */
    public long uploadNs(final long cachedBytes) {
        return cachedBytes == 0 ? 0 : UPLOAD_FIXED_NS + toDeviceNs(cachedBytes);
    }

    /**
     * Time to stream parameters when nothing overlaps: safe for a WCET.
     *
     * @param streamedBytes bytes
     * @return nanoseconds
     */
    public long streamNs(final long streamedBytes) {
        return toDeviceNs(streamedBytes);
    }

    /**
     * What is left of streaming when all of execution hides it: a lower bound, no WCET.
     *
     * @param streamedBytes bytes
     * @param executionNs   nanoseconds of execution
     * @return nanoseconds
     */
    public long streamTailNs(final long streamedBytes, final long executionNs) {
        return Math.max(0, toDeviceNs(streamedBytes) - executionNs);
    }

    /**
     * Execution time of a network without a measurement, by {@link #EXECUTION_NS_PER_BYTE}.
     *
     * @param parameterBytes cached and streamed parameters together
     * @return nanoseconds
     */
    public long executionNs(final long parameterBytes) {
        return (long) Math.ceil(parameterBytes * EXECUTION_NS_PER_BYTE);
    }

    /**
     * Time of an invocation whose cached parameters are there: without {@link #uploadNs}.
     *
     * @param bytes       what it moves
     * @param executionNs nanoseconds of execution
     * @return nanoseconds
     */
    public long invocationNs(final InvocationBytes bytes, final long executionNs) {
        return invocationNs(bytes.input() + bytes.instructions() + bytes.streamed(), bytes.output(), executionNs);
    }

    /**
     * As {@link #invocationNs(InvocationBytes, long)}, for the hot path of a driver.
     *
     * @param toDeviceBytes input, instructions and streamed parameters
     * @param toHostBytes   output
     * @param executionNs   nanoseconds of execution
     * @return nanoseconds
     */
    public long invocationNs(final long toDeviceBytes, final long toHostBytes, final long executionNs) {
        final long inNs = toDeviceNs(toDeviceBytes);
        final long hostNs = link.fixedNs() + (long) Math.ceil(link.inputShare() * inNs);
        return hostNs + inNs + executionNs + (long) Math.ceil(toHostBytes * NS_PER_SECOND / link.toHostBytesPerSecond());
    }

    /**
     * Time that the processor takes for the operators of a compiled network that the device does not run.
     *
     * @param operations estimated multiply-accumulate operations
     * @return nanoseconds
     */
    public static long hostNs(final long operations) {
        return (long) Math.ceil(operations * HOST_NS_PER_OPERATION);
    }

    private long toDeviceNs(final long bytes) {
        return (long) Math.ceil(bytes * NS_PER_SECOND / link.toDeviceBytesPerSecond());
    }
}
