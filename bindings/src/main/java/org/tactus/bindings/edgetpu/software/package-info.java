/**
 * The Edge TPU in software: what the device costs in time, what its driver keeps in its memory, and a driver that answers in the
 * process.
 *
 * <p>Comes in: sizes of compiled models, calls of libedgetpu and TensorFlow Lite. Leaves: nanoseconds and bytes
 * ({@link org.tactus.bindings.edgetpu.software.EdgeTpuCost}, {@link org.tactus.bindings.edgetpu.software.ParameterCache}: pure,
 * for planners and simulators as well as for the driver here). No figure was measured by us on a device: each names its source.
 */
package org.tactus.bindings.edgetpu.software;
