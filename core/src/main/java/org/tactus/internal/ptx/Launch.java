// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.List;

/**
 * One kernel of a segment. All its arguments are addresses.
 *
 * @param entry     name of the kernel in the segment's PTX
 * @param blocksX   blocks in the first dimension
 * @param blocksY   and in the second
 * @param threads   threads of a block
 * @param arguments where its operands lie, in the order of its parameters
 */
public record Launch(String entry, int blocksX, int blocksY, int threads, List<Place> arguments) {
    /** Keeps an unmodifiable copy of the list. */
    public Launch {
        arguments = List.copyOf(arguments);
    }

    /** What an address counts from. */
    public enum Space {
        /** The segment's weights. */
        WEIGHTS,
        /** Memory for what the segment makes and uses up; its content is not needed before the segment or after it. */
        SCRATCH,
        /** A tensor that the segment takes or gives. */
        TENSOR
    }

    /**
     * An address that is known when the segment's memory is.
     *
     * @param space  what it counts from
     * @param tensor name of the tensor; empty for the other spaces
     * @param offset bytes from there
     */
    public record Place(Space space, String tensor, long offset) {
        Place plus(final long bytes) {
            return new Place(space, tensor, offset + bytes);
        }
    }
}
