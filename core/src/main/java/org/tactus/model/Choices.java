// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The choices that a plan has for a task's segments: the variants of each segment, and what tensors cost between any two of them. Until a
 * plan chooses, the first variant of each segment stands.
 *
 * @param variants   of each segment, in order of execution; at least one each
 * @param boundaries costs of tensors; a tensor that is not named costs nothing
 */
public record Choices(List<List<Variant>> variants, List<Boundary> boundaries) {

    public Choices {
        variants = variants.stream().map(List::copyOf).toList();
        boundaries = List.copyOf(boundaries);
    }

    /**
     * The segments of a choice, each with the boundary costs that it pays.
     *
     * @param chosen   index of each segment's variant
     * @param platform tells which devices are hosts
     * @return in order of execution
     */
    public List<Segment> segments(final int[] chosen, final Platform platform) {
        final List<Segment> segments = new ArrayList<>(chosen.length);
        for (int j = 0; j < chosen.length; j++) {
            final Variant variant = variants.get(j).get(chosen[j]);
            final long wcetNs = variant.wcetNs() == Segment.UNMEASURED ? Segment.UNMEASURED
                : Math.min(Limits.MAX_TIME_NS, variant.wcetNs() + boundaryNs(j, chosen, platform));
            segments.add(new Segment(variant.device(), wcetNs, variant.actual(), variant.precision(), variant.loss(), Optional.empty()));
        }
        return segments;
    }

    /**
     * The boundary costs that a segment pays: every operand, and for the last one the output.
     *
     * @param segment  its index
     * @param chosen   index of each segment's variant
     * @param platform tells which devices are hosts
     * @return nanoseconds
     */
    public long boundaryNs(final int segment, final int[] chosen, final Platform platform) {
        long ns = 0;
        for (final Boundary boundary : boundaries) {
            if (boundary.to() == segment || boundary.to() == chosen.length && segment == chosen.length - 1) {
                ns += costNs(boundary, chosen, platform);
            }
        }
        return ns;
    }

    private long costNs(final Boundary boundary, final int[] chosen, final Platform platform) {
        final boolean input = boundary.from() == Boundary.INPUT;
        final boolean output = boundary.to() == chosen.length;
        final Variant from = input ? null : variants.get(boundary.from()).get(chosen[boundary.from()]);
        final Variant to = output ? null : variants.get(boundary.to()).get(chosen[boundary.to()]);
        return boundary.costNs(input ? -1 : place(from, platform), input ? Precision.FP32 : from.precision(),
            output ? -1 : place(to, platform), output ? Precision.FP32 : to.precision());
    }

    private static int place(final Variant variant, final Platform platform) {
        return platform.devices().get(variant.device()).kind() == DeviceKind.CPU ? -1 : variant.device();
    }
}
