// SPDX-License-Identifier: Apache-2.0
/**
 * Devices as a dispatcher sees them: a device starts a segment and tells when the segment is done.
 *
 * <p>Comes in: prepared {@link org.tactus.internal.device.SegmentWork}, made before time zero. Leaves: a completion or a failure, polled by
 * the one dispatcher that owns the device. Between start and completion no method allocates, locks or waits, except that on a CPU device
 * the segment itself runs on the dispatcher's thread.
 */
package org.tactus.internal.device;
