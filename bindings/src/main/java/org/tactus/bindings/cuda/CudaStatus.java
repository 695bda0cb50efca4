// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.util.Set;

/** What a status of the CUDA driver says of everything that comes after it. */
public final class CudaStatus {
    /** As {@code cuda.h} describes them: each further call fails until the process, or at least the context, has ended. */
    private static final Set<Integer> BREAK_THE_CONTEXT = Set.of(
        214, // ECC_UNCORRECTABLE
        700, // ILLEGAL_ADDRESS
        702, // LAUNCH_TIMEOUT
        709, // CONTEXT_IS_DESTROYED
        710, // ASSERT
        714, // HARDWARE_STACK_ERROR
        715, // ILLEGAL_INSTRUCTION
        716, // MISALIGNED_ADDRESS
        717, // INVALID_ADDRESS_SPACE
        718, // INVALID_PC
        719, // LAUNCH_FAILED
        721, // TENSOR_MEMORY_LEAK
        805, // MPS_CONNECTION_FAILED
        806, // MPS_RPC_FAILURE
        807, // MPS_SERVER_NOT_READY
        999); // UNKNOWN, after which nothing may be relied on

    private CudaStatus() {
    }

    /**
     * Tells whether the calls that come next can succeed: a call was refused, but neither context nor device broke.
     *
     * @param code as a call answered, not 0
     * @return false for an error that stays
     */
    public static boolean leavesContextUsable(final int code) {
        return !BREAK_THE_CONTEXT.contains(code);
    }
}
