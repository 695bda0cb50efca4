// SPDX-License-Identifier: Apache-2.0
/**
 * The CUDA driver interface: GPUs, virtual memory, copies, streams, events, modules and graphs; and the kernels that Tactus brings
 * along.
 *
 * <p>Comes in: addresses and handles as integers. Leaves: calls that return, or a
 * {@link org.tactus.bindings.NativeCallException} with the call's name, its arguments and the driver's own text. A machine without
 * a GPU is an empty {@link org.tactus.bindings.cuda.CudaDriver#find}, never a crash. Which driver answers, NVIDIA's or the software
 * one, only {@link org.tactus.bindings.cuda.CudaDriver#library} tells. A call that succeeds allocates nothing on the Java heap,
 * where its text does not say otherwise.
 */
package org.tactus.bindings.cuda;
