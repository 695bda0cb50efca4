// SPDX-License-Identifier: Apache-2.0
/**
 * Schedulability experiments: random task sets over an axis, every approach's test beside simulation.
 *
 * <p>Comes in: a seed and a size. Leaves: CSV, a chart as SVG and PNG, and a table. A set's seed is derived from the experiment's
 * seed, the place on the axis and its number, so any number of threads gives the same result. For every accepted set the simulation
 * is run too; a miss there is an error of ours and makes the command fail. Data tables lie beside the classes, see their README.
 */
package org.tactus.bench.experiment;
