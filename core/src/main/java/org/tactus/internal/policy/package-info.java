// SPDX-License-Identifier: Apache-2.0
/**
 * The scheduling decisions: pure, single-threaded, allocation-free state machines over off-heap records.
 *
 * <p>Comes in: events, one at a time (a release is due, a sporadic arrival, a job handed over, a segment done, a stop). Leaves:
 * commands as return values (start this job, hand it over, it is complete) and notices to a
 * {@link org.tactus.internal.policy.JobListener}. No thread, no clock, no driver is known here: the kernel drives this code in real
 * time and the simulator drives the same code in virtual time. Two classes are for any thread: {@link
 * org.tactus.internal.policy.SporadicGate}, by which callers release jobs, and {@link org.tactus.internal.policy.Doorbell},
 * which they ring.
 *
 * <p>One {@link org.tactus.internal.policy.DeviceScheduler} a device. A task has one job slot, since its jobs run one after the other;
 * the slot's record ({@link org.tactus.internal.policy.JobDescriptor}) belongs to the dispatcher of the device that the job is on and
 * changes owner with a hand-over. The dispatcher of a task's first segment is its <em>home</em>: it alone releases jobs.
 *
 * <p>A <em>slot</em> is the index of a task's records; it can be used again after its task has ended, so a <em>generation</em> tells one
 * task of a slot from the next. A <em>hand-over</em> passes a slot, and with it the ownership of the job's records, from one dispatcher
 * to another.
 *
 * <p>Four words describe how a job uses an accelerator's idle time, and each is used in one sense only:
 * <ul>
 *   <li>to <em>offer</em>: the dispatcher that owns a job sends it, for its current segment, to the accelerator that the segment names,
 *       instead of to the segment's own device;
 *   <li>to <em>take</em>: the accelerator's scheduler accepts an offered segment, because the accelerator is idle and no job waits for
 *       it; otherwise it <em>refuses</em> the segment, and the job goes on to the segment's own device;
 *   <li>to <em>substitute</em>: a segment that was taken runs on the accelerator in place of its own device; a <em>substitution</em> is
 *       one such run;
 *   <li>to <em>reclaim</em>: to use idle time by substitutions at all. A task's reclamation budgets limit it to what the analysis has
 *       charged, and {@link org.tactus.internal.policy.Reclamation} keeps them.
 * </ul>
 */
package org.tactus.internal.policy;
