// SPDX-License-Identifier: Apache-2.0
/**
 * Execution in real time: pinned dispatcher threads drive the devices as the policy decides.
 *
 * <p>Comes in: a task set that was admitted, a {@link org.tactus.internal.device.Device} for each device, prepared
 * {@link org.tactus.internal.device.SegmentWork}; afterwards commands by a ring buffer, hand-overs by queues of one producer and one
 * consumer, arrivals by the gate. Leaves: events by a ring buffer each dispatcher, statistics, errors.
 *
 * <p>Threads: the <em>control</em> thread (any one caller at a time, serialised by {@link org.tactus.internal.kernel.Kernel}) admits
 * and removes; a <em>dispatcher</em> thread drives one device, or several accelerators; the <em>monitor</em> thread watches
 * dispatchers, which can report nothing while a native call runs, drains events and calls handlers. On a dispatcher's path from
 * release to completion there is no lock and no allocation. Its system calls are the idle strategy's, the clock of the thread's time on
 * a CPU device, and a lane's change of level around a segment that must not be preempted.
 */
package org.tactus.internal.kernel;
