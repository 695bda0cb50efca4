// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

/** What an invocation of one segment takes at most, the host's share and all transfers included. */
@FunctionalInterface
public interface InvocationCost {
    /**
     * Bounds one invocation.
     *
     * @param executeNs     computation alone, nanoseconds
     * @param inputBytes    activations and instructions sent to the device
     * @param outputBytes   activations read back
     * @param streamedBytes parameters sent at every invocation
     * @return nanoseconds, above 0
     */
    long wcetNs(long executeNs, long inputBytes, long outputBytes, long streamedBytes);
}
