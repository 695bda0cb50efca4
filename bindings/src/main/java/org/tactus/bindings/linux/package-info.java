// SPDX-License-Identifier: Apache-2.0
/**
 * Linux: where a thread runs, when it runs, and that its memory stays in place.
 *
 * <p>Comes in: cores, priorities. Leaves: a {@link org.tactus.bindings.linux.Grant} that says what was given or why not; a
 * refusal is an answer, never an exception.
 */
package org.tactus.bindings.linux;
