// SPDX-License-Identifier: Apache-2.0
/**
 * Files on a machine that others use, too: written whole or not at all, and opened only when they are what they should be. Hashes of what
 * they hold, and arrays of NumPy, lie here too.
 *
 * <p>Comes in: paths and what to write. Nothing of scheduling is known here.
 */
package org.tactus.internal.file;
