// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.List;
import java.util.function.Supplier;
import org.tactus.analysis.Verdict;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Offer;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * What a task set must be like for a test to say something about it. All methods answer "" or one sentence; which other test applies,
 * {@link Analyses} adds.
 */
final class Applicability {
    private Applicability() {
    }

    static String policy(final String test, final TaskSet set, final PolicyKind needed) {
        if (set.policy() == needed) {
            return "";
        }
        return test + " does not apply: it is for the policy " + needed.text() + ", the set's is " + set.policy().text();
    }

    static String measured(final String test, final TaskSet set) {
        for (final Task task : set.tasks()) {
            for (int j = 0; j < task.segments().size(); j++) {
                if (!task.segments().get(j).isMeasured()) {
                    return test + " does not apply: segment " + j + " of '" + task.name()
                        + "' has no WCET yet; measure it with 'tactus profile'";
                }
            }
        }
        return "";
    }

    static String oneDevice(final String test, final TaskSet set) {
        final int first = set.tasks().getFirst().segments().getFirst().device();
        for (final Task task : set.tasks()) {
            for (final Segment segment : task.segments()) {
                final int other = segment.offer().map(Offer::device).orElse(segment.device());
                if (segment.device() != first || other != first) {
                    return test + " does not apply: it is for one device, but '" + task.name() + "' uses "
                        + set.platform().devices().get(segment.device() != first ? segment.device() : other).name() + " beside "
                        + set.platform().devices().get(first).name() + chain(set);
                }
            }
        }
        return "";
    }

    static String oneSegment(final String test, final TaskSet set) {
        for (final Task task : set.tasks()) {
            if (task.segments().size() != 1) {
                return test + " does not apply: it is for one segment a task, but '" + task.name() + "' has "
                    + task.segments().size();
            }
        }
        return "";
    }

    /** Refuses preemptive devices: for a test whose segments run to their ends. */
    static String noPreemption(final String test, final TaskSet set) {
        for (final Task task : set.tasks()) {
            for (final Segment segment : task.segments()) {
                final DeviceSpec device = set.platform().devices().get(segment.device());
                if (device.isPreemptive()) {
                    return test + " does not apply: it is for devices that run each segment to its end, and " + device.name()
                        + " has 'preemption: full'" + (set.policy() == PolicyKind.FIXED_PRIORITY ? ""
                        : "; write 'policy: fixed-priority' or 'preemption: segments'");
                }
            }
        }
        return "";
    }

    /** Refuses segments with several levels: for a test whose bounds a larger level would exceed. */
    static String oneLevel(final String test, final TaskSet set) {
        for (final Task task : set.tasks()) {
            for (final Segment segment : task.segments()) {
                if (segment.levels().size() > 1) {
                    return test + " does not apply: '" + task.name() + "' has levels, and a larger one may make jobs later than this test"
                        + " says, though not later than their deadlines";
                }
            }
        }
        return "";
    }

    static String noSwap(final String test, final TaskSet set) {
        for (final Task task : set.tasks()) {
            if (task.memory().isEmpty() || !task.memory().get().isSwapped()) {
                continue;
            }
            for (final Segment segment : task.segments()) {
                final var memory = set.platform().devices().get(segment.device()).memory();
                if (memory.isPresent()) {
                    return test + " does not apply: '" + task.name() + "' is swapped on "
                        + set.platform().devices().get(segment.device()).name();
                }
            }
        }
        return "";
    }

    /**
     * Says which device's memory cannot hold all its tasks at once, for sets that do not swap.
     *
     * @param set the set
     * @return null when all fit
     */
    static Supplier<String> memoryProblem(final TaskSet set) {
        for (int r = 0; r < set.platform().devices().size(); r++) {
            final var memory = set.platform().devices().get(r).memory();
            if (memory.isEmpty()) {
                continue;
            }
            long needed = 0;
            long arena = 0;
            for (final Task task : set.tasks()) {
                if (task.memory().isPresent() && uses(task, r)) {
                    final SwapRegion region = SwapRegion.of(task, memory.get());
                    needed = Saturating.add(needed, region.fixedBytes());
                    arena = Math.max(arena, region.scratchBytes());
                }
            }
            final long total = Saturating.add(needed, arena);
            final DeviceMemory spec = memory.get();
            if (total > spec.capacityBytes()) {
                final String device = set.platform().devices().get(r).name();
                return () -> "the tasks on " + device + " need " + Sizes.format(total, spec.capacityBytes())
                    + " of memory at once, but it has " + Sizes.format(spec.capacityBytes(), total) + ", so "
                    + Sizes.format(total - spec.capacityBytes()) + " too little; give tasks a swap volume, as 'tactus plan FILE"
                    + " --with rt-swap' chooses it, or shrink their footprints";
            }
        }
        return null;
    }

    static Verdict withMemory(final TaskSet set, final Verdict verdict) {
        final Supplier<String> problem = memoryProblem(set);
        if (problem == null || !verdict.schedulable()) {
            return verdict;
        }
        return Verdict.rejected(verdict.test(), verdict.tasks(), problem);
    }

    static String first(final List<Supplier<String>> checks) {
        for (final Supplier<String> check : checks) {
            final String sentence = check.get();
            if (!sentence.isEmpty()) {
                return sentence;
            }
        }
        return "";
    }

    private static boolean uses(final Task task, final int device) {
        for (final Segment segment : task.segments()) {
            if (segment.device() == device || segment.offer().isPresent() && segment.offer().get().device() == device) {
                return true;
            }
        }
        return false;
    }

    private static String chain(final TaskSet set) {
        return set.policy() == PolicyKind.EDF_MANDATORY_FIRST ? "; put all its segments on one device, or write 'policy: edf'" : "";
    }
}
