// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultTable;
import org.tactus.result.ResultsJson;
import org.tactus.result.RunResult;

/** What a simulation tells of levels. The example is small enough to be followed by hand. */
class LevelResultTest {
    /**
     * Both are released at 0. Level 2 of a (10) would be in time for a itself, which is due at 10, but not for b, which needs 3 more and is
     * due at 12. So level 1 (6) is taken.
     */
    private static TaskSet set() {
        return TaskSet.builder("levels").policy(PolicyKind.EDF).device(DeviceSpec.modelled("acc0"))
            .task("a", task -> task.periodNs(20).deadlineNs(10).segment("acc0", 2).levels(false,
                List.of(new Segment.Level(2, 0.25), new Segment.Level(6, 0.5), new Segment.Level(10, 1))))
            .task("b", task -> task.periodNs(20).deadlineNs(12).segment("acc0", 3)).build();
    }

    private static RunResult simulate(final boolean levels, final EventHandler events) {
        return Simulation.run(set(), SimulationOptions.worstCase(1, 100).withPermutation(false).withLevels(levels), "sam-slack",
            List.of(OptionalLong.of(10), OptionalLong.of(12)), events).result();
    }

    @Test
    void shouldTellTheMeanGainAndWhyMoreWasRefusedWhenLevelsAreTaken() throws IOException {
        final List<Long> chosen = new ArrayList<>();
        final RunResult result = simulate(true, (type, timeNs, device, task, segment, job, argument) -> {
            if (type == EventType.LEVEL) {
                chosen.add(argument);
            }
        });
        assertEquals(List.of(new RunResult.Levels("a", List.of(0L, 5L, 0L), 0.5, 5, 0, 0)), result.levels());
        assertEquals(List.of(0x101L, 0x101L, 0x101L, 0x101L, 0x101L), chosen);
        final String text = ResultTable.render(result).replaceAll("\\s+", " ");
        assertTrue(text.contains("Levels: a mean gain 0.500 (level 0: 0, level 1: 5, level 2: 0; refused 5 for waiting jobs"), text);
        final ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultsJson.write(result, json);
        final String written = json.toString(StandardCharsets.UTF_8).replaceAll("\\s+", "");
        assertTrue(written.contains("\"levels\":[{\"task\":\"a\",\"taken\":[0,5,0],\"meanGain\":0.5,\"refusedToWaiting\":5,"), written);
    }

    @Test
    void shouldRunFirstLevelsAndCountNothingWhenNoneMayBeTaken() {
        final RunResult result = simulate(false, (type, timeNs, device, task, segment, job, argument) -> { });
        assertEquals(List.of(0L, 0L, 0L), result.levels().getFirst().taken());
        assertEquals(2, result.tasks().getFirst().maxNs().orElseThrow());
        final String text = ResultTable.render(result).replaceAll("\\s+", " ");
        assertTrue(text.contains("Levels: a ran at first levels alone, since there was nothing to choose."), text);
    }
}
