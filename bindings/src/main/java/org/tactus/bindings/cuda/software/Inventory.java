// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

/**
 * What a software driver holds for its caller.
 *
 * @param chunks       chunks that live
 * @param chunkBytes   their bytes
 * @param reservations reserved address ranges
 * @param pieces       mappings and allocations, pinned host memory included
 * @param streams      streams
 * @param events       events
 * @param modules      modules
 * @param graphs       graphs, instantiated or not
 */
public record Inventory(int chunks, long chunkBytes, int reservations, int pieces, int streams, int events, int modules, int graphs) {
    /** Nothing is held. */
    public static final Inventory NOTHING = new Inventory(0, 0, 0, 0, 0, 0, 0, 0);
}
