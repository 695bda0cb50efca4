// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.Mixture;

/** What mixtures of one network answer to one set of images; each is asked once. Any thread. */
public final class MixtureAnswers {
    private final Mixture fp32;
    private final LabelledImages images;
    private final ConcurrentMap<String, int[]> known = new ConcurrentHashMap<>();

    /**
     * Knows nothing yet.
     *
     * @param fp32   the network, all layers in floating point
     * @param images what is asked
     */
    public MixtureAnswers(final Mixture fp32, final LabelledImages images) {
        this.fp32 = fp32;
        this.images = images;
    }

    /**
     * How a mixture answers beside floating point.
     *
     * @param points  top-1 accuracy less that of floating point, percentage points
     * @param error   standard error of the points: images are a sample
     * @param changed share of the images that are answered otherwise, percent
     */
    public record Difference(double points, double error, double changed) {
    }

    /**
     * The network's layers.
     *
     * @return the model
     */
    public LayeredModel model() {
        return fp32.layers();
    }

    /**
     * Every layer that has such a form in int8.
     *
     * @return a mixture, by layer
     */
    public boolean[] all() {
        final boolean[] all = new boolean[model().layers().size()];
        for (int j = 0; j < all.length; j++) {
            all[j] = model().layers().get(j).hasInt8();
        }
        return all;
    }

    /**
     * Asks a mixture, or tells what it answered before; two threads that ask at once both compute it.
     *
     * @param int8 by layer; one without such a form stays in floating point
     * @return its answer to each image
     */
    public int[] of(final boolean[] int8) {
        final String key = Arrays.toString(int8);
        final int[] before = known.get(key);
        if (before != null) {
            return before;
        }
        final int[] answers = SignNetwork.answers(fp32.with(int8), images);
        known.put(key, answers);
        return answers;
    }

    /**
     * Mixtures that were asked.
     *
     * @return their number
     */
    public int count() {
        return known.size();
    }

    /**
     * Top-1 accuracy of a mixture.
     *
     * @param int8 by layer
     * @return percent
     */
    public double top1(final boolean[] int8) {
        return SignNetwork.accuracy(of(int8), images);
    }

    /**
     * Holds a mixture against floating point.
     *
     * @param int8 by layer
     * @return the difference
     */
    public Difference difference(final boolean[] int8) {
        final int[] plain = of(new boolean[int8.length]);
        final int[] mixed = of(int8);
        int changed = 0;
        int won = 0;
        int lost = 0;
        for (int i = 0; i < plain.length; i++) {
            changed += mixed[i] != plain[i] ? 1 : 0;
            won += mixed[i] == images.label(i) && plain[i] != images.label(i) ? 1 : 0;
            lost += mixed[i] != images.label(i) && plain[i] == images.label(i) ? 1 : 0;
        }
        final double count = plain.length;
        final double mean = (won - lost) / count;
        return new Difference(100 * mean, 100 * Math.sqrt(Math.max(0, (won + lost) / count - mean * mean) / count), 100 * changed / count);
    }
}
