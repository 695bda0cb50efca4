// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.time.Durations;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * What a task must keep, besides the test of the set that it makes, to join while others run on a device whose memory is swapped: one chunk
 * that leaves to make room for it is charged as one of its jobs, so it may not take longer than that job ({@code docs/proofs/swapping.md},
 * "Tasks that come and go"). Formula ours.
 */
public final class JoiningCondition {
    private JoiningCondition() {
    }

    /**
     * Says what keeps a task from joining.
     *
     * @param set    whose platform and overheads hold; its tasks are not looked at
     * @param device index of the device, whose memory is scheduled
     * @param task   has all its segments there
     * @return one clause, or an empty string when nothing does
     */
    public static String objection(final TaskSet set, final int device, final Task task) {
        final DeviceMemory memory = set.platform().devices().get(device).memory().orElseThrow();
        final SwapRegion region = SwapRegion.of(task, memory);
        if (region.chunks() > 0 || region.fixedBytes() == 0 && region.scratchBytes() == 0) {
            return ""; // its own swap time W contains a chunk that leaves; or it needs no room
        }
        final long added = Saturating.add(set.dispatchNs(device), set.charged().completionNs());
        long jobNs = 0; // what is not preempted of it
        for (final var segment : task.segments()) {
            final long pieceNs = Saturating.add(segment.wcetNs(), added);
            jobNs = memory.protocol() == SwapProtocol.SEQ ? Saturating.add(jobNs, pieceNs) : Math.max(jobNs, pieceNs);
        }
        final long chunkNs = Saturating.add(memory.chunkOutNs(), Saturating.add(memory.swapOutOverheadNs(), added));
        return jobNs >= chunkNs ? "" : "one chunk that leaves to make room for it takes " + Durations.exact(chunkNs)
            + ", longer than its job of " + Durations.exact(jobNs) + ", as which it is charged; give it a swap volume";
    }
}
