// SPDX-License-Identifier: Apache-2.0
/**
 * An Edge TPU and its libraries in this process, for machines without one: the functions of libedgetpu and of TensorFlow Lite that
 * we call, as upcall stubs found by the same lookup as the real ones, so that nothing above the bindings knows which one answers.
 *
 * <p>Comes in: calls, compiled models, settings of what there is. Leaves: invocations that take the time of
 * {@link org.tactus.bindings.edgetpu.cost.EdgeTpuCost}, one at a time, with the driver's caching rule
 * ({@link org.tactus.bindings.edgetpu.cost.ParameterCache}); outputs that are a function of inputs and model, though no network's;
 * an error when the device was unplugged; and a list of what a caller did that would have crashed the real libraries. An invocation
 * allocates nothing.
 */
package org.tactus.bindings.edgetpu.software;
