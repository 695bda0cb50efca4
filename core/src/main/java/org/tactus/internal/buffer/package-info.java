// SPDX-License-Identifier: Apache-2.0
/**
 * Memory outside the Java heap for the records of the hot path.
 *
 * <p>Comes in: a number of bytes. Leaves: zeroed memory that begins at a cache line. Nothing of scheduling is known here.
 */
package org.tactus.internal.buffer;
