/**
 * Tactus for an embedding program: admission, kernel, profiling and calibration wired together.
 *
 * <p>Comes in: a {@link org.tactus.model.TaskSet}. Leaves: a running kernel, a report of measured beside bound, a machine's
 * overheads.
 */
package org.tactus;
