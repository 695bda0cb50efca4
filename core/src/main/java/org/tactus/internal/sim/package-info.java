// SPDX-License-Identifier: Apache-2.0
/**
 * Discrete-event simulation: virtual time drives the very {@link org.tactus.internal.policy.DeviceScheduler}s that run in production.
 *
 * <p>Comes in: a {@link org.tactus.model.TaskSet} and {@link org.tactus.internal.sim.SimulationOptions}. Leaves: what a
 * {@link org.tactus.internal.policy.JobListener} is told, the largest responses, and the answer whether a deadline was missed. Every
 * draw comes from one seed; no thread and no clock is known here.
 */
package org.tactus.internal.sim;
