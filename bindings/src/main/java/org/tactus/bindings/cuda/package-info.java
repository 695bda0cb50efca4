/**
 * The CUDA driver API: the library, its calls, and the kernels that Tactus brings along.
 *
 * <p>Comes in: handles and addresses as integers. Leaves: calls that return, or an error with the call's name and the driver's
 * own text. A machine without a driver is an empty capability, never a crash.
 */
package org.tactus.bindings.cuda;
