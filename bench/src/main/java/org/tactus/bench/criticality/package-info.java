// SPDX-License-Identifier: Apache-2.0
/**
 * The case studies of levels: emergency braking after DNN-SAM and multi-object tracking after RT-MOT, on streets that are drawn.
 *
 * <p>Comes in: a seed. Leaves: a table that sets levels chosen at run time beside fixed ones. What works on frames and boxes from job to
 * job (crop, scale, suppression, tracker) keeps them outside the Java heap and allocates nothing.
 */
package org.tactus.bench.criticality;
