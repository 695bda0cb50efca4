// SPDX-License-Identifier: Apache-2.0
/**
 * The scheduling decisions: pure, single-threaded, allocation-free state machines over off-heap records.
 *
 * <p>Comes in: events, one at a time (a release is due, a sporadic arrival, a job handed over, a segment done, a stop). Leaves:
 * commands as return values (start this job, hand it over, it is complete) and notices to a
 * {@link org.tactus.internal.policy.JobListener}. No thread, no clock, no driver is known here: the kernel drives this code in real
 * time and the simulator drives the same code in virtual time.
 *
 * <p>One {@link org.tactus.internal.policy.DeviceScheduler} a device. A task has one job slot, since its jobs run one after the other;
 * the slot's record ({@link org.tactus.internal.policy.JobDescriptor}) belongs to the dispatcher of the device that the job is on and
 * changes owner with a hand-over. The dispatcher of a task's first segment is its <em>home</em>: it alone releases jobs.
 */
package org.tactus.internal.policy;
