// SPDX-License-Identifier: Apache-2.0
/**
 * Commands that are told to end, or killed, at random instants: what they leave, and what their next start makes of it.
 *
 * <p>Comes in: how to start the command line. Leaves: what was wrong, an instant each.
 */
package org.tactus.bench.interruption;
