/**
 * Tactus for an embedding program: admission, kernel, devices and networks wired together.
 *
 * <p>Comes in: a {@link org.tactus.model.TaskSet}. Leaves: a running kernel, a report of measured beside bound.
 */
package org.tactus;
