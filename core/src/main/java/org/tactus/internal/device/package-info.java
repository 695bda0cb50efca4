// SPDX-License-Identifier: Apache-2.0
/**
 * What a dispatcher drives: a device starts a segment and says when it is done.
 *
 * <p>Comes in: prepared {@link org.tactus.internal.device.SegmentWork}, made before time zero. Leaves: a completion or a failure, polled by
 * the one dispatcher that owns the device. Nothing here allocates, locks or waits on the path from start to completion, but
 * for the segment itself on a CPU device, which runs on the dispatcher's thread.
 */
package org.tactus.internal.device;
