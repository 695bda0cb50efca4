// SPDX-License-Identifier: Apache-2.0
/**
 * Clocks, units and the scattering of seeds. All times are {@code long} nanoseconds; nothing else of Tactus is known here.
 *
 * <p>Comes in: nothing. Leaves: a {@link org.tactus.internal.time.Clock}, and durations and sizes as people write them;
 * {@link org.tactus.internal.time.SplitMix64}, which all rooms share so that a seed means the same everywhere.
 */
package org.tactus.internal.time;
