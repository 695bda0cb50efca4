/**
 * What a run leaves behind: events, latency statistics, stalls, and the files and tables made of them.
 *
 * <p>Comes in: events from dispatchers through a ring buffer each, and counts. Leaves: {@code results.json},
 * {@code latency.hlog}, {@code trace.json} and a table; all times in nanoseconds.
 */
package org.tactus.internal.event;
