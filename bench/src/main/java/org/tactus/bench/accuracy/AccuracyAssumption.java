// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.tactus.bench.experiment.CpuTimes;
import org.tactus.bench.experiment.Draw;
import org.tactus.bench.experiment.Tables;

/**
 * What is assumed where nothing is public: how a layer's time on the CPU stands to its time on the GPU, and which CPU time the
 * utilisation counts.
 *
 * @param cpuTime which CPU time stands in U = sum over tasks of the sum over layers of (C^C + C^G) / 2, over T
 * @param low     least ratio of CPU to GPU time, log-uniform for each layer; 0 for ratios that are drawn from a profile
 * @param high    largest ratio
 */
record AccuracyAssumption(CpuTime cpuTime, double low, double high) {
    private static final double[] PROFILED = profiled();

    /** Readings of C^C. */
    enum CpuTime {
        /** The time of the form that the layer has on the CPU: the talk's C^C, for what it schedules there is int8. */
        INT8("int8"),
        /** The time in floating point, as if no layer had been quantised. */
        FP32("fp32");

        private final String text;

        CpuTime(final String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Ratios of the convolutional layers of the public profile, their CPU times brought to this core and to int8. */
    private static double[] profiled() {
        final List<Double> ratios = new ArrayList<>();
        for (final String[] row : Tables.read("lalarand-layers.csv")) {
            if (row[2].equals("convolutional")) {
                final long gpuNs = Math.round(1000 * Double.parseDouble(row[3]));
                final long cpuNs = Math.round(1000 * Double.parseDouble(row[4]));
                ratios.add((double) CpuTimes.MEASURED.ns(null, row[2], gpuNs, cpuNs, 1, 1) / gpuNs);
            }
        }
        return ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    /** A layer's time on the CPU over its time on the GPU. */
    double ratio(final SplittableRandom random) {
        return low > 0 ? Draw.logUniform(random, low, high) : PROFILED[random.nextInt(PROFILED.length)];
    }

    /** The word of the option. */
    String ratioText() {
        return low > 0 ? decimal(low) + ".." + decimal(high) : "measured";
    }

    private static String decimal(final double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : String.valueOf(value);
    }

    /** What "measured" is. */
    static String note() {
        return String.format(Locale.ROOT, "ratio measured: drawn for each layer from the %d convolutional layers of the public GPU "
            + "profile, their CPU times brought to this core and to int8 as in tactus experiment schedulability --cpu-times measured "
            + "(quartiles %.2f, %.2f, %.2f, largest %.2f)", PROFILED.length, PROFILED[PROFILED.length / 4], PROFILED[PROFILED.length / 2],
            PROFILED[3 * PROFILED.length / 4], PROFILED[PROFILED.length - 1]);
    }
}
