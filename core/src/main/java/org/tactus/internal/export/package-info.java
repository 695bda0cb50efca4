// SPDX-License-Identifier: Apache-2.0
/**
 * Files that other tools read: Perfetto's trace, HdrHistogram's log, and the scratch file of events that they are made from.
 *
 * <p>Comes in: events, distributions and stalls. Leaves: {@code trace.json} and {@code latency.hlog}, written whole or not at all.
 */
package org.tactus.internal.export;
