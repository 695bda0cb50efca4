// SPDX-License-Identifier: Apache-2.0
/**
 * What is to be scheduled: immutable records of a task set and of the machine that it runs on.
 *
 * <p>Comes in: values from a file or from {@link org.tactus.model.TaskSetBuilder}, checked once. Leaves: records that every
 * other room reads. All times are {@code long} nanoseconds, all sizes bytes; a device is an index into
 * {@link org.tactus.model.Platform#devices()}, a task's place in {@link org.tactus.model.TaskSet#tasks()} is its file order.
 *
 * <p>A {@link org.tactus.model.Segment} is the unit that runs on one device, and that nothing preempts there unless
 * the device has {@code preemption: full}. Consecutive segments on one device are kept apart here;
 * analyses derive the maximal runs that they need.
 */
package org.tactus.model;
