// SPDX-License-Identifier: Apache-2.0
/**
 * What others see of a run: counters and the hot state in a file on tmpfs or in memory, statistics for the program itself, JMX, OpenMetrics
 * and events of the JDK's Flight Recorder.
 *
 * <p>Comes in: events, on the monitor's thread, which is the only writer. Leaves: a file of fixed layout that any process of the same user
 * may map and read at any time; the run's own process reads the same words.
 */
package org.tactus.internal.watch;
