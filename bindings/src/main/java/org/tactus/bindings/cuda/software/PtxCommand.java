// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import org.tactus.bindings.cuda.ptx.PtxKernel;
import org.tactus.bindings.cuda.ptx.PtxLaunch;

/** A queued launch of a kernel that the driver interprets, with the arguments that it had when it was queued. Immutable. */
record PtxCommand(PtxKernel kernel, int[] grid, int[] block, long seed, long[] arguments) {
    /** Reads the arguments of a launch by the addresses that it was given. */
    static PtxCommand of(final PtxKernel kernel, final int[] grid, final int[] block, final long seed, final long parameters) {
        final long[] arguments = new long[kernel.parameters()];
        for (int i = 0; i < arguments.length; i++) {
            final long at = HostMemory.getLong(parameters + 8L * i);
            arguments[i] = kernel.parameterBytes(i) == Long.BYTES ? HostMemory.getLong(at) : HostMemory.getInt(at);
        }
        return new PtxCommand(kernel, grid, block, seed, arguments);
    }

    PtxLaunch prepare() {
        return new PtxLaunch(kernel, grid, block, seed, arguments);
    }
}
