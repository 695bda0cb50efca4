// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.measure.WaitingCalls;
import org.tactus.internal.time.Durations;

/** Tells which of the driver's calls wait for running kernels and copies, since swapping beside executions rests on those that do not. */
final class WaitingCallCheck implements GpuCheck {
    private static final List<String> OF_SWAPPING = List.of("map", "set access", "unmap");

    @Override
    public String name() {
        return "calls under work";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "call", "beside", "aloneNs", "tookNs", "workStillRan");
        final List<String> waiting = new ArrayList<>();
        try (WaitingCalls calls = new WaitingCalls(rig, scale.sizes().getFirst(), scale.workNs())) {
            add("a spin", calls.besideSpin(), section, waiting);
            add("copies both ways", calls.besideCopies(), section, waiting);
        }
        return section.measured("each call was made once while " + Durations.format(scale.workNs()) + " of work ran: " + (waiting.isEmpty()
            ? "none of those that swapping makes waited for it" : "a swap WAITS for what runs: " + String.join(", ", waiting)
                + "; the cost of a chunk must hold the longest execution, and moves beside one are of no use"));
    }

    private static void add(
        final String beside, final List<WaitingCalls.Call> calls, final Section.Builder section, final List<String> waiting) {
        for (final WaitingCalls.Call call : calls) {
            section.row(call.name(), beside, call.aloneNs(), call.ns(), call.ranOn());
            if (!call.ranOn() && OF_SWAPPING.contains(call.name())) {
                waiting.add(call.name() + " beside " + beside);
            }
        }
    }
}
