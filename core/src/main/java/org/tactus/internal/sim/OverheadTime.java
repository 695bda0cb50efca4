package org.tactus.internal.sim;

/** How much of the set's declared overheads a simulation charges. Stalls are drawn apart, within curves. */
public enum OverheadTime {
    /** Nothing. */
    ZERO,
    /** Uniform from 0 to the maximum, drawn for every event. */
    RANDOM,
    /** Always the maximum. */
    MAXIMUM
}
