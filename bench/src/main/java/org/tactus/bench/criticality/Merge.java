// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

/**
 * Merges what was found in the critical region with what was found in the scaled frame: inside the region a box of the scaled frame that
 * overlaps one of the region is dropped, then boxes of a class are suppressed on the union. Allocates nothing. Any thread.
 */
final class Merge {
    private static final float SAME = 0.3f;
    private static final float MOST_OVERLAP = 0.5f;

    private Merge() {
    }

    /**
     * Merges.
     *
     * @param mandatory boxes of the region
     * @param optional  boxes of the frame
     * @param region    where the region was
     * @param into      receives the union; another table than the two
     */
    static void merge(final BoxTable mandatory, final BoxTable optional, final CriticalRegion region, final BoxTable into) {
        into.copy(mandatory);
        for (int i = 0; i < optional.count(); i++) {
            boolean stays = true;
            for (int j = 0; j < mandatory.count() && stays && region.holds(optional, i); j++) {
                stays = optional.overlap(i, mandatory, j) < SAME;
            }
            if (stays) {
                into.add(optional, i);
            }
        }
        into.suppress(MOST_OVERLAP);
    }
}
