// SPDX-License-Identifier: Apache-2.0
/**
 * How long a stall curve holds: a recorder of the stalls of one core that costs little enough to run for hours, its file, and the study of
 * how well a curve that was learnt on one stretch held on the next.
 *
 * <p>Comes in: a core of this machine, or a recording. Leaves: a recording, a table, and a chart.
 */
package org.tactus.bench.supply;
