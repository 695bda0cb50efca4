// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

/** What can be made to go wrong. */
public enum Fault {
    /** A chunk or an allocation is refused: {@code CUDA_ERROR_OUT_OF_MEMORY}. */
    OUT_OF_MEMORY,
    /** A mapping is refused: {@code CUDA_ERROR_OUT_OF_MEMORY}, as when page tables cannot grow. */
    MAP_FAILURE,
    /** A kernel breaks: {@code CUDA_ERROR_LAUNCH_FAILED}, sticky until the context is given back. */
    LAUNCH_FAILURE,
    /** The device is gone: {@code CUDA_ERROR_UNKNOWN} from every call, for good. */
    DEVICE_LOST,
    /** A copy takes ten times as long. */
    SLOW_COPY
}
