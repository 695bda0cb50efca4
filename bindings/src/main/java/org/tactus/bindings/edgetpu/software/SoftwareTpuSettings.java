// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;

/**
 * What a software Edge TPU is.
 *
 * @param link          how it hangs on its host
 * @param sramBytes     its parameter memory
 * @param reservedBytes the part of it that caching cannot use
 * @param takesTime     whether an invocation blocks for its time; without it only the time is counted, for tests of what is computed
 */
public record SoftwareTpuSettings(HostLink link, long sramBytes, long reservedBytes, boolean takesTime) {
    /** A Coral USB Accelerator on USB 3. */
    public static final SoftwareTpuSettings USB3 =
        new SoftwareTpuSettings(HostLink.USB3, EdgeTpuCost.SRAM_BYTES, EdgeTpuCost.RESERVED_BYTES, true);

    /**
     * Changes the link.
     *
     * @param other how the device hangs on its host
     * @return a copy
     */
    public SoftwareTpuSettings withLink(final HostLink other) {
        return new SoftwareTpuSettings(other, sramBytes, reservedBytes, takesTime);
    }

    /**
     * Changes the memory.
     *
     * @param bytes    parameter memory
     * @param reserved the part of it that caching cannot use
     * @return a copy
     */
    public SoftwareTpuSettings withSram(final long bytes, final long reserved) {
        return new SoftwareTpuSettings(link, bytes, reserved, takesTime);
    }

    /**
     * Lets invocations return at once.
     *
     * @return a copy
     */
    public SoftwareTpuSettings withoutTime() {
        return new SoftwareTpuSettings(link, sramBytes, reservedBytes, false);
    }
}
