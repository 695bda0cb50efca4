// SPDX-License-Identifier: Apache-2.0
/**
 * Microbenchmarks of the hot path, run by {@code tactus bench}.
 *
 * <p>Comes in: JMH's options. Leaves: times and bytes an operation. Absolute figures belong to the machine that they were taken
 * on; compare within one run.
 */
package org.tactus.bench.jmh;
