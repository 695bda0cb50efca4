// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Checks one task's segments, variants, boundaries and offers while a set is built, and resolves the names of devices. */
final class SegmentChecks {
    private static final int MOST_VARIANTS = 16;
    private static final double MOST_LOSS = 100;

    private final TaskBuilder task;
    private final String at;
    private final Platform platform;
    private final List<List<Variant>> variants = new ArrayList<>();
    private final List<Optional<Offer>> offers = new ArrayList<>();

    SegmentChecks(final TaskBuilder task, final String at, final Platform platform) {
        this.task = task;
        this.at = at;
        this.platform = platform;
        for (int j = 0; j < task.segments.size(); j++) {
            final String here = at + ".segments[" + j + "]";
            final List<NamedVariant> pending = task.segments.get(j).variants();
            TaskSetBuilder.check(!pending.isEmpty() && pending.size() <= MOST_VARIANTS, here + ".variants",
                "a segment has from 1 to " + MOST_VARIANTS + " variants, not " + pending.size());
            final List<Variant> resolved = new ArrayList<>();
            for (int v = 0; v < pending.size(); v++) {
                resolved.add(variant(pending.get(v), j, pending.size() == 1 ? here : here + ".variants[" + v + "]"));
            }
            variants.add(resolved);
            offers.add(offer(j, here));
            checkPreemptable(j, here);
            checkLevels(j, here);
        }
        checkReclaim();
        for (int b = 0; b < task.boundaries.size(); b++) {
            checkBoundary(task.boundaries.get(b), at + ".boundaries[" + b + "]");
        }
    }

    /** The choices that are open; empty when each segment has one variant and no boundary costs anything. */
    Optional<Choices> choices() {
        final boolean open = !task.boundaries.isEmpty() || variants.stream().anyMatch(ways -> ways.size() > 1);
        return open ? Optional.of(new Choices(variants, task.boundaries)) : Optional.empty();
    }

    /** The segments with their first variants, boundary costs included. */
    List<Segment> segments() {
        final List<Segment> first = new Choices(variants, task.boundaries).segments(new int[variants.size()], platform);
        final List<Segment> segments = new ArrayList<>();
        for (int j = 0; j < first.size(); j++) {
            segments.add(first.get(j).withOffer(offers.get(j)).withPreemptable(task.segments.get(j).preemptable().orElse(true))
                .withLevels(task.segments.get(j).optional(), task.segments.get(j).levels()));
        }
        return segments;
    }

    private int device(final String name, final String here) {
        final int device = platform.indexOf(name);
        TaskSetBuilder.check(device >= 0, here + ".device", "device '" + name + "' does not exist; the platform has "
            + String.join(", ", platform.devices().stream().map(DeviceSpec::name).toList()));
        return device;
    }

    /** Refuses the mark where it would say nothing, and where a plan that chooses a variant would lose it. */
    private void checkPreemptable(final int segment, final String here) {
        if (task.segments.get(segment).preemptable().isPresent()) {
            final DeviceSpec device = platform.devices().get(variants.get(segment).getFirst().device());
            TaskSetBuilder.check(device.isPreemptive(), here + ".preemptable", "'" + device.name()
                + "' interrupts no segment; remove the key, or write 'preemption: full' for that device");
            TaskSetBuilder.check(task.boundaries.isEmpty() && task.segments.stream().allMatch(each -> each.variants().size() == 1),
                here + ".preemptable", "a task that leaves variants or boundaries to a plan marks no segment; remove the key");
        }
    }

    private void checkLevels(final int segment, final String here) {
        final TaskBuilder.PendingSegment pending = task.segments.get(segment);
        final boolean late = segment > 0 && task.segments.get(segment - 1).optional() && !pending.optional();
        TaskSetBuilder.check(!late, here, "a mandatory segment cannot follow an optional one; move it forward, or add 'part: optional'");
        TaskSetBuilder.check(!pending.optional() || segment > 0, here + ".part",
            "a job begins with its mandatory part; remove the key, or put a mandatory segment before it");
        final List<Segment.Level> levels = pending.levels();
        TaskSetBuilder.check(levels.size() <= Segment.MOST_LEVELS, here + ".levels",
            levels.size() + " levels are more than the tables hold; the most is " + Segment.MOST_LEVELS);
        for (int k = 0; k < levels.size(); k++) {
            final String each = here + ".levels[" + k + "]";
            if (levels.get(k).wcetNs() != Segment.UNMEASURED || levels.get(k).model().isEmpty()) {
                TaskSetBuilder.time(levels.get(k).wcetNs(), 1, each + ".wcet");
                TaskSetBuilder.check(k == 0 || levels.get(k).wcetNs() > levels.get(k - 1).wcetNs(), each + ".wcet",
                    "levels stand in the order of their WCETs, each longer than the one before; sort them");
            }
            checkModel(segment, levels, k, each + ".model");
            final double gain = levels.get(k).gain();
            TaskSetBuilder.check(gain >= 0 && gain <= Double.MAX_VALUE, each + ".gain", "the gain must be a number from 0");
        }
        TaskSetBuilder.check(levels.isEmpty() || levels.getFirst().wcetNs() == variants.get(segment).getFirst().wcetNs(), here + ".levels",
            "the first level's WCET is the segment's; give both the same");
    }

    private void checkModel(final int segment, final List<Segment.Level> levels, final int k, final String each) {
        final Optional<ModelSource> model = levels.get(k).model();
        TaskSetBuilder.check(model.isPresent() == levels.getFirst().model().isPresent(), each,
            "either all levels of a segment have a network or none; add 'model', or remove it from the others");
        if (model.isPresent()) {
            TaskSetBuilder.check(task.model.isEmpty(), each, "the task has a network of its own; remove one of the two");
            TaskSetBuilder.check(model.get().cuts() == 1, each, "a level's network is one segment; remove 'cuts'");
            // Any of them may be chosen at the next start, so all are loaded at once, each whole.
            final DeviceSpec device = platform.devices().get(variants.get(segment).getFirst().device());
            TaskSetBuilder.check(device.memory().isEmpty(), each, "'" + device.name() + "' has 'memory', where the networks of all levels "
                + "would have to stay at once, which is not counted; remove 'memory' from the device, or 'model' from the levels");
        }
    }

    private Variant variant(final NamedVariant variant, final int segment, final String here) {
        final int device = device(variant.device(), here);
        final List<Segment.Level> levels = task.segments.get(segment).levels();
        final boolean network = task.model.isPresent() || !levels.isEmpty() && levels.getFirst().model().isPresent();
        if (variant.wcetNs() != Segment.UNMEASURED || !network) {
            TaskSetBuilder.time(variant.wcetNs(), 1, here + ".wcet");
        }
        final ActualTime actual = variant.actual();
        TaskSetBuilder.check(actual.lowShare() > 0 && actual.lowShare() <= actual.highShare() && actual.highShare() <= 1000,
            here + ".actual", "the share of the WCET must be above 0, the lower one first, and at most 1000");
        TaskSetBuilder.check(variant.loss() >= 0 && variant.loss() <= MOST_LOSS, here + ".loss",
            "the loss is in percentage points, from 0 to 100");
        return new Variant(device, variant.precision(), variant.wcetNs(), variant.loss(), actual);
    }

    private Optional<Offer> offer(final int segment, final String here) {
        final Optional<TaskBuilder.PendingOffer> pending = task.segments.get(segment).offer();
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        final int device = device(pending.get().device(), here + ".offer");
        TaskSetBuilder.check(segment > 0, here + ".offer",
            "the first segment is released where it runs, so it cannot be offered; remove 'offer'");
        TaskSetBuilder.check(platform.devices().get(device).kind() != DeviceKind.CPU, here + ".offer",
            "a segment is offered to an accelerator, and " + pending.get().device() + " is a cpu device");
        TaskSetBuilder.check(variants.get(segment).size() == 1 && variants.get(segment).getFirst().device() != device, here + ".offer",
            "only a segment with one variant, on another device than it is offered to, can be offered");
        TaskSetBuilder.time(pending.get().wcetNs(), 1, here + ".offer.wcet");
        return Optional.of(new Offer(device, pending.get().wcetNs()));
    }

    private void checkReclaim() {
        OptionalInt first = OptionalInt.empty();
        for (int j = 0; j < offers.size(); j++) {
            if (offers.get(j).isPresent()) {
                final int device = offers.get(j).get().device();
                TaskSetBuilder.check(first.isEmpty() || first.getAsInt() == device, at + ".segments[" + j + "].offer",
                    "all offers of a task go to one device; an earlier one names " + platform.devices().get(first.orElse(0)).name());
                first = OptionalInt.of(device);
            }
        }
        TaskSetBuilder.check(first.isPresent() == task.reclaim.isPresent(), at + (first.isPresent() ? ".segments" : ".reclaim"),
            first.isPresent() ? "segments are offered but the task has no budget; add 'reclaim: {gpuTime: 4ms, substitutions: 3, "
                + "largest: 2ms}'" : "there is a budget but no segment is offered; add 'offer' to a segment, or remove 'reclaim'");
        task.reclaim.ifPresent(budget -> {
            TaskSetBuilder.time(budget.timeNs(), 1, at + ".reclaim.gpuTime");
            TaskSetBuilder.time(budget.largestNs(), 1, at + ".reclaim.largest");
            TaskSetBuilder.check(budget.substitutions() >= 1 && budget.substitutions() <= Limits.MAX_SEGMENTS_PER_TASK,
                at + ".reclaim.substitutions", "the number must be from 1 to " + Limits.MAX_SEGMENTS_PER_TASK);
        });
    }

    private void checkBoundary(final Boundary boundary, final String here) {
        final int segments = variants.size();
        TaskSetBuilder.check(boundary.to() >= 0 && boundary.to() <= segments, here + ".to",
            "segment " + boundary.to() + " does not exist; there are 0 to " + (segments - 1) + ", and 'output'");
        TaskSetBuilder.check(boundary.from() >= Boundary.INPUT && boundary.from() < boundary.to(), here + ".from",
            "a tensor comes from an earlier segment, or from 'input'");
        TaskSetBuilder.time(boundary.toHostNs(), 0, here + ".toHost");
        TaskSetBuilder.time(boundary.toDeviceNs(), 0, here + ".toDevice");
        TaskSetBuilder.time(boundary.quantiseNs(), 0, here + ".quantise");
        TaskSetBuilder.time(boundary.dequantiseNs(), 0, here + ".dequantise");
    }
}
