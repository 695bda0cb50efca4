// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

/** How long a simulated segment runs. */
public enum ExecutionTime {
    /** Its whole WCET. */
    WCET,
    /** Uniform from 1 ns to the WCET. */
    RANDOM,
    /** The share of the WCET that the model states, {@link org.tactus.model.ActualTime}. */
    ACTUAL,
    /** What {@link SimulationOptions#replay()} says; the WCET where it knows nothing. */
    REPLAY
}
