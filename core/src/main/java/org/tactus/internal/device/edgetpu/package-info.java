// SPDX-License-Identifier: Apache-2.0
/**
 * An Edge TPU as a device: a dispatcher of its own, whose thread the driver blocks for the time of an invocation.
 *
 * <p>Comes in: libedgetpu, real or software, and what the task set says of the device; compiled files. Leaves: interpreters, made before
 * time zero, one invocation of which is one segment; errors that stop one task; the knowledge that the device is gone.
 */
package org.tactus.internal.device.edgetpu;
