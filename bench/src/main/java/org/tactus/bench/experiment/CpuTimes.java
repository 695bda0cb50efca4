// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.Map;
import java.util.SplittableRandom;

/** What a layer is assumed to take on the CPU in int8: no such time is public. */
public enum CpuTimes {
    /** A ratio to the GPU's time, drawn for each layer. */
    DRAWN("drawn", 1.8),
    /** The profile's own CPU time, brought to a core of the machine that int8 was measured on, times the ratio measured there. */
    MEASURED("measured", 2.7),
    /** The profile's own CPU time, one old core without vector units, times the measured ratio. */
    PROFILE("profile", 6.3);

    /**
     * How much faster a core of the measuring machine computes convolutions in fp32 than the profile's: 46.3 giga-MAC/s over all
     * convolutions of {@code int8-layers.csv}, beside 2.66 of yolov3-tiny's, which has 2.78 giga-MAC (half of the 5.56 billion
     * operations that its author states) in 1.0437 s.
     */
    private static final double FASTER = 17.4;
    /** Time of int8 over fp32 by the profile's type of layer: shares of time in {@code int8-layers.csv}. Other types stay in fp32. */
    private static final Map<String, Double> RATIO = Map.of("convolutional", 0.39, "", 0.39, "connected", 0.39, "shortcut", 0.81,
        "route", 0.92, "avgpool", 0.91);

    private final String text;
    private final double most;

    CpuTimes(final String text, final double most) {
        this.text = text;
        this.most = most;
    }

    /** The word of the option. */
    public String text() {
        return text;
    }

    /** The end of the axis: there the best approach has long failed. */
    public double mostUtilisation() {
        return most;
    }

    /** A layer's time on the CPU, nanoseconds; the bounds are of the drawn ratio. */
    public long ns(final SplittableRandom random, final String type, final long gpuNs, final long cpuNs, final double low,
        final double high) {
        final double ns = switch (this) {
            case DRAWN -> gpuNs * Draw.logUniform(random, low, high);
            case MEASURED -> cpuNs / FASTER * RATIO.getOrDefault(type, 1.0);
            case PROFILE -> cpuNs * RATIO.getOrDefault(type, 1.0);
        };
        return Math.max(1, (long) ns);
    }

    /** Says what is assumed, for those who read the chart. */
    public String note(final double low, final double high) {
        return switch (this) {
            case DRAWN -> "no int8 CPU time is public: CPU time = GPU time x a ratio drawn log-uniform in [" + low + ", " + high
                + "] for each layer";
            case MEASURED -> "CPU time = the profile's fp32 CPU time / " + FASTER + " (this core's fp32 rate over the profile's) x the "
                + "ratio of int8 to fp32 measured here by type (convolutional and connected 0.39, shortcut 0.81, route 0.92, avgpool 0.91, "
                + "others 1)";
            case PROFILE -> "CPU time = the profile's fp32 CPU time (one core) x the ratio of int8 to fp32 measured here by type";
        };
    }
}
