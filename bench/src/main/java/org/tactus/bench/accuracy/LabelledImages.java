// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.internal.quantise.SampleSource;

/** The first images of a set and their classes, drawn once, off-heap. Read by any thread. */
public final class LabelledImages implements SampleSource {
    private static final long IMAGE_BYTES = (long) SignImages.ELEMENTS * Float.BYTES;

    private final MemorySegment images;
    private final int[] labels;

    /**
     * Draws.
     *
     * @param kind  of the images
     * @param seed  of the set
     * @param count images 0 to count - 1
     */
    public LabelledImages(final SignImages.Kind kind, final long seed, final int count) {
        final SignImages signs = new SignImages(kind, seed);
        images = Arena.ofAuto().allocate(count * IMAGE_BYTES, Float.BYTES);
        labels = new int[count];
        final float[] image = new float[SignImages.ELEMENTS];
        for (int i = 0; i < count; i++) {
            labels[i] = signs.draw(i, image, 0);
            MemorySegment.copy(image, 0, images, ValueLayout.JAVA_FLOAT, i * IMAGE_BYTES, image.length);
        }
    }

    @Override
    public int count() {
        return labels.length;
    }

    @Override
    public void fill(final int index, final MemorySegment memory) {
        MemorySegment.copy(images, index * IMAGE_BYTES, memory, 0, IMAGE_BYTES);
    }

    /**
     * The right answer.
     *
     * @param index an image
     * @return its class
     */
    public int label(final int index) {
        return labels[index];
    }
}
