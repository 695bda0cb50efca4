// SPDX-License-Identifier: Apache-2.0
/**
 * What a segment executes, prepared for the device that runs it: code of the program, networks, or time alone.
 *
 * <p>Comes in: a task, the open devices, and what the program gave. Leaves: one {@link org.tactus.internal.device.SegmentWork} a segment,
 * loaded and warmed up before time zero.
 */
package org.tactus.internal.work;
