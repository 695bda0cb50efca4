// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Average precision of detections over many frames: the area under the largest precision at each recall, at an overlap of one half, the
 * mean of the classes, as PASCAL VOC defines it since 2010. A detection of an object that does not count, because it lies in another part
 * of the frame, does not count either, as in COCO. One thread.
 */
final class AveragePrecision {
    private static final float LEAST_OVERLAP = 0.5f;
    private static final int CLASSES = 2;

    private final List<List<Judged>> judged = List.of(new ArrayList<>(), new ArrayList<>());
    private final int[] objects = new int[CLASSES];

    private record Judged(float score, boolean right) {
    }

    /**
     * Adds a frame.
     *
     * @param found    detections
     * @param truths   objects that are there
     * @param isFound  which detections count unless they are of an object that does not
     * @param isObject which objects count
     */
    void add(final BoxTable found, final BoxTable truths, final IntPredicate isFound, final IntPredicate isObject) {
        final boolean[] taken = new boolean[truths.count()];
        for (int t = 0; t < truths.count(); t++) {
            objects[truths.type(t)] += isObject.test(t) ? 1 : 0;
        }
        final List<Integer> order = new ArrayList<>();
        for (int i = 0; i < found.count(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble((Integer i) -> -found.score(i)));
        for (final int i : order) {
            int best = -1;
            float most = LEAST_OVERLAP;
            for (int t = 0; t < truths.count(); t++) {
                final float overlap = truths.type(t) == found.type(i) && !taken[t] ? found.overlap(i, truths, t) : 0;
                if (overlap >= most) {
                    most = overlap;
                    best = t;
                }
            }
            if (best >= 0) {
                taken[best] = true;
                if (isObject.test(best)) {
                    judged.get(found.type(i)).add(new Judged(found.score(i), true));
                }
            } else if (isFound.test(i)) {
                judged.get(found.type(i)).add(new Judged(found.score(i), false));
            }
        }
    }

    /** The mean over the classes of which there are objects, from 0 to 1; 0 without objects. */
    double value() {
        double sum = 0;
        int classes = 0;
        for (int type = 0; type < CLASSES; type++) {
            if (objects[type] > 0) {
                sum += value(judged.get(type), objects[type]);
                classes++;
            }
        }
        return classes == 0 ? 0 : sum / classes;
    }

    private static double value(final List<Judged> answers, final int objects) {
        final List<Judged> order = answers.stream().sorted(Comparator.comparingDouble(answer -> -answer.score())).toList();
        final double[] precision = new double[order.size()];
        int right = 0;
        for (int i = 0; i < order.size(); i++) {
            right += order.get(i).right() ? 1 : 0;
            precision[i] = (double) right / (i + 1);
        }
        double area = 0;
        double best = 0;
        for (int i = order.size() - 1; i >= 0; i--) {
            best = Math.max(best, precision[i]);
            area += order.get(i).right() ? best / objects : 0;
        }
        return area;
    }
}
