// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.Locale;
import org.tactus.format.Quantiles;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.measure.LaunchTimer;
import org.tactus.internal.time.Durations;

/** Measures what launching and noticing an empty segment takes through Panama, and that it allocates nothing. */
final class LatencyCheck implements GpuCheck {
    /** Less than one object of 16 bytes in a hundred launches: nothing that a launch allocates. */
    private static final double NOTHING = 0.16;

    @Override
    public String name() {
        return "launch and completion";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "segment", "part", "samples", "p50Ns", "p99Ns", "maxNs", "rawMaxNs");
        final StringBuilder sentence = new StringBuilder();
        try (LaunchTimer timer = new LaunchTimer(rig)) {
            add("kernel", timer.kernels(scale.launches()), section, sentence);
            add("graph", timer.graphs(scale.launches()), section, sentence);
        }
        return section.checked(sentence.toString());
    }

    private static void add(
        final String segment, final LaunchTimer.Result result, final Section.Builder section, final StringBuilder sentence) {
        row(segment, "start", result.launch(), result.longestLaunchNs(), section);
        row(segment, "until seen done", result.completion(), result.longestCompletionNs(), section);
        row(segment, "both", result.whole(), result.longestNs(), section);
        final String bytes = String.format(Locale.ROOT, "%.2f B", result.bytesPerOp());
        section.expect(result.bytesPerOp() < NOTHING, "a " + segment + "'s launch allocates " + bytes);
        sentence.append(sentence.isEmpty() ? "" : "; ").append(segment).append(": least ").append(Durations.format(result.minWholeNs()))
            .append(", ").append(bytes).append(" a launch, ").append(result.stalls()).append(" samples left out as stalled, the longest ")
            .append(Durations.format(result.longestNs()));
    }

    private static void row(
        final String segment, final String part, final Quantiles times, final long longestNs, final Section.Builder section) {
        section.row(segment, part, times.samples(), times.p50Ns(), times.p99Ns(), times.maxNs(), longestNs);
    }
}
