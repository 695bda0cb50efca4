// SPDX-License-Identifier: Apache-2.0
/**
 * How things end: every one of several is closed whatever another one throws, and threads are awaited for a bounded time.
 *
 * <p>Comes in: steps that give something back. Leaves: nothing that was forgotten. Knows nothing of Tactus.
 */
package org.tactus.internal.lifecycle;
