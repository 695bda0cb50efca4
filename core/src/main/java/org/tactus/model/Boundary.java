// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * The cost of one tensor on its way between two segments. The segment that reads the tensor is charged with it; the network's output is
 * charged to the last segment.
 *
 * @param from         index of the segment that makes it; {@link #INPUT} for the network's input, which lies on the host in fp32
 * @param to           index of the segment that takes it; the number of segments for the output, which goes to the host in fp32
 * @param toHostNs     copy from an accelerator to the host, nanoseconds
 * @param toDeviceNs   copy from the host to an accelerator, nanoseconds
 * @param quantiseNs   fp32 to int8, nanoseconds
 * @param dequantiseNs int8 to fp32, nanoseconds
 */
public record Boundary(int from, int to, long toHostNs, long toDeviceNs, long quantiseNs, long dequantiseNs) {
    /** Stands for the network's input. */
    public static final int INPUT = -1;

    /**
     * What it costs between two places and precisions.
     *
     * @param fromDevice where it is made; negative for the host
     * @param made       in what precision
     * @param toDevice   where it is taken; negative for the host. Two accelerators exchange it through the host
     * @param taken      in what precision
     * @return nanoseconds
     */
    public long costNs(final int fromDevice, final Precision made, final int toDevice, final Precision taken) {
        long ns = 0;
        if (fromDevice != toDevice) {
            ns += (fromDevice < 0 ? 0 : toHostNs) + (toDevice < 0 ? 0 : toDeviceNs);
        }
        if (made != taken) {
            ns += made == Precision.INT8 ? dequantiseNs : quantiseNs;
        }
        return ns;
    }
}
