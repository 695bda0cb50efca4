// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceSpec;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.TaskSet;

/** Hand-computed responses of offered segments: a refused one pays the hop out and the hop on, and the bound holds both. */
class ReclaimedHopsTest {
    private static final Overheads HOPS = new Overheads(0, 0, 4, 0, 0);

    private static TaskSet set(final PolicyKind policy, final boolean busy) {
        final var builder = TaskSet.builder("hops").policy(policy).overheads(HOPS)
            .device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0"))
            .task("t", t -> t.periodNs(1000).priority(1).reclaim(new Reclaim(50, 2, 50)).segment("cpu0", 10)
                .segment(List.of(NamedVariant.int8("cpu0", 20, 0.1))).offer("gpu0", 15));
        if (busy) {
            builder.task("busy", t -> t.periodNs(1000).segment("gpu0", 100));
        }
        return builder.build();
    }

    @Test
    void shouldPayTheHopOutAndTheHopOnWhenTheOfferIsRefused() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet set = set(policy, true);
            final long response = new Simulator().maxResponses(set, SimulationOptions.worstCase(1, 5000))[0];
            assertEquals(10 + 4 + 4 + 20, response, policy.text());
            final long bound = Analyses.analyze(set).tasks().get(0).responseBoundNs();
            assertEquals(response + 4, bound, policy.text() + ": and the way home, which it pays when it is taken");
        }
    }

    @Test
    void shouldReportTheShareOfLayersInFp32WhenOffersAreTaken() {
        final TaskSet set = set(PolicyKind.EDF, false);
        final Simulation simulation = Simulation.run(set, SimulationOptions.worstCase(1, 5000), "", List.of(OptionalLong.empty()),
            (type, timeNs, device, task, segment, job, argument) -> { });
        assertEquals(10 + 4 + 15, simulation.result().tasks().get(0).maxNs().orElseThrow());
        final var precision = simulation.result().precisions().getFirst();
        assertEquals(Map.of("layers", 2, "planned", 1, "least", 1, "most", 1), Map.of("layers", precision.layers(), "planned",
            precision.plannedFp32(), "least", precision.least(), "most", precision.most()));
        assertEquals(1.0, precision.fp32Share());
        assertEquals(0.5, precision.share(0));
    }
}
