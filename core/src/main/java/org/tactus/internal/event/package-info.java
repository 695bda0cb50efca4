// SPDX-License-Identifier: Apache-2.0
/**
 * The hot rings and what is concluded from them while a run goes on: events, response statistics, stalls, the jobs that a stall touched.
 *
 * <p>Comes in: events from each dispatcher through a ring of its own. Leaves: counts, histograms and judgements, in memory that does not
 * grow with the run. All times are nanoseconds.
 */
package org.tactus.internal.event;
