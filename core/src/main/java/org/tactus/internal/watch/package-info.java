// SPDX-License-Identifier: Apache-2.0
/**
 * What another process sees of a run: counters and the hot state in a file on tmpfs.
 *
 * <p>Comes in: events, on the monitor's thread, which is the only writer. Leaves: a file of fixed layout that any process of the same user
 * may map and read at any time.
 */
package org.tactus.internal.watch;
