// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * A {@link Variant} that names its device, as a {@link TaskBuilder} accepts it.
 *
 * @param device    name of a device
 * @param precision what it computes with
 * @param wcetNs    worst-case execution time, boundary costs not included, nanoseconds, above 0
 * @param loss      accuracy lost when this segment alone runs so, in percentage points, not negative
 * @param actual    what it really takes where time is modelled
 */
public record NamedVariant(String device, Precision precision, long wcetNs, double loss, ActualTime actual) {

    /**
     * An fp32 variant that loses nothing.
     *
     * @param device name of a device
     * @param wcetNs nanoseconds
     * @return the variant
     */
    public static NamedVariant fp32(final String device, final long wcetNs) {
        return new NamedVariant(device, Precision.FP32, wcetNs, 0, ActualTime.WCET);
    }

    /**
     * An int8 variant.
     *
     * @param device name of a device
     * @param wcetNs nanoseconds
     * @param loss   percentage points
     * @return the variant
     */
    public static NamedVariant int8(final String device, final long wcetNs, final double loss) {
        return new NamedVariant(device, Precision.INT8, wcetNs, loss, ActualTime.WCET);
    }
}
