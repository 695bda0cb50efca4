// SPDX-License-Identifier: Apache-2.0
/**
 * Results in the words of {@code org.tactus.result}, assembled once for runs and simulations.
 *
 * <p>Comes in: counts of the policy and of the events. Leaves: records of results. Nothing here knows a clock or a thread.
 */
package org.tactus.internal.report;
