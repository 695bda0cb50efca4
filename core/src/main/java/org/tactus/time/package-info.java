/**
 * Clocks and units. All times are {@code long} nanoseconds; nothing else of Tactus is known here.
 *
 * <p>Comes in: nothing. Leaves: a {@link org.tactus.time.Clock}, and durations and sizes as people write them.
 */
package org.tactus.time;
