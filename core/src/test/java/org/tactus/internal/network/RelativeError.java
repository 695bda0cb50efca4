// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

/** How far an output is from another one, in the words of the tests. */
public final class RelativeError {
    private RelativeError() {
    }

    /**
     * The root mean square of the differences over that of the reference.
     *
     * @param is     the output
     * @param should the reference
     * @return 0 for equal ones
     */
    public static double of(final float[] is, final float[] should) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < is.length; i++) {
            difference += (is[i] - should[i]) * (double) (is[i] - should[i]);
            size += should[i] * (double) should[i];
        }
        return Math.sqrt(difference / size);
    }
}
