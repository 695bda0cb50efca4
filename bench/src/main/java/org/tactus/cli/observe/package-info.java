// SPDX-License-Identifier: Apache-2.0
/**
 * Runs of other processes while they last: {@code stat} and {@code serve-metrics}.
 *
 * <p>Comes in: a number of a process, or nothing. Leaves: the counters of its runs, on the terminal or to Prometheus.
 */
package org.tactus.cli.observe;
