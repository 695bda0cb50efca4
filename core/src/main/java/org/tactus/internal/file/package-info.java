// SPDX-License-Identifier: Apache-2.0
/**
 * Files on a machine that others use, too: written whole or not at all, opened only when they are what they should be, and named in
 * messages without what a terminal would obey. What such files and terminals hold as text lies here too: tables, lines of CSV, arrays of
 * NumPy, hashes of contents.
 *
 * <p>Comes in: paths and what to write. Nothing of scheduling is known here.
 */
package org.tactus.internal.file;
