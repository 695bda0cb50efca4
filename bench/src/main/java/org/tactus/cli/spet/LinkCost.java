// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.internal.plan.spet.InvocationCost;

/** Costs of invocations over a link, from the published measurements behind {@link EdgeTpuCost}: nothing overlaps. Immutable. */
public final class LinkCost implements InvocationCost {
    private final EdgeTpuCost cost;

    /**
     * Takes a link.
     *
     * @param link how the device hangs on its host
     */
    public LinkCost(final HostLink link) {
        cost = new EdgeTpuCost(link);
    }

    @Override
    public long wcetNs(final long executeNs, final long inputBytes, final long outputBytes, final long streamedBytes) {
        return cost.invocationNs(inputBytes + streamedBytes, outputBytes, executeNs);
    }

    /**
     * Time to bring parameters in that another token's network evicted.
     *
     * @param residentBytes bytes
     * @return nanoseconds
     */
    public long reloadNs(final long residentBytes) {
        return cost.uploadNs(residentBytes);
    }
}
