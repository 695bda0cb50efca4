// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.work.Workload;

/** A program says while a set runs what levels are worth. */
@Timeout(60)
class LevelGainsTest {
    private static final long MS = 1_000_000;

    /** Two tasks alike, whose larger level the set calls worth nothing, and one without levels. */
    private static Tactus.Context context() {
        final List<Segment.Level> levels = List.of(new Segment.Level(MS / 10, 0), new Segment.Level(MS / 5, 0));
        return new Tactus.Context().realTime(false).watchable(false).taskSet(TaskSet.builder("gains").policy(PolicyKind.EDF)
            .device(DeviceSpec.modelled("acc0"))
            .task("told", task -> task.periodNs(20 * MS).segment("acc0", MS / 10).segment("acc0", MS / 10).levels(true, levels))
            .task("silent", task -> task.periodNs(20 * MS).segment("acc0", MS / 10).segment("acc0", MS / 10).levels(true, levels))
            .task("plain", task -> task.periodNs(20 * MS).segment("acc0", MS / 10)).build());
    }

    private static List<RunResult.Levels> run(final double gain) throws InterruptedException {
        try (Tactus tactus = Tactus.launch(context().gains("told", gains -> gains.set(1, 1, gain)))) {
            Thread.sleep(200);
            return tactus.stop().levels();
        }
    }

    @Test
    void shouldTakeALevelWhenTheProgramSaysWhatItIsWorth() throws InterruptedException {
        final List<RunResult.Levels> levels = run(1);
        assertTrue(levels.get(0).taken().get(1) > 0, levels::toString);
        assertEquals(0, levels.get(1).taken().get(1), levels::toString);
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "NaN"})
    void shouldTakeNoLevelWhenItsGainCountsAsNothing(final double gain) throws InterruptedException {
        assertEquals(0, run(gain).getFirst().taken().get(1));
    }

    @Test
    void shouldCountNegativeGainOfTheFirstLevelFromZeroWhenLevelsAreCompared() throws InterruptedException {
        try (Tactus tactus = Tactus.launch(context().gains("told", gains -> gains.set(1, 0, -5)))) {
            Thread.sleep(100);
            assertEquals(0, tactus.stop().levels().getFirst().taken().get(1), "0 is not above a gain that counts as 0");
        }
    }

    @Test
    void shouldAllocateNothingWhenGainsAreWritten() throws InterruptedException {
        final List<Workload.Gains> given = new ArrayList<>();
        try (Tactus tactus = Tactus.launch(context().gains("told", given::add))) {
            assertEquals(1, given.size());
            final Workload.Gains gains = given.getFirst();
            final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long allocated = Long.MAX_VALUE;
            for (int round = 0; round < 5; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 20_000; i++) {
                    gains.set(1, 1, i);
                }
                allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, allocated);
            tactus.stop();
            gains.set(1, 1, 1); // the task is gone: nothing happens
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0|1|it has 0 levels
        1|2|it has 2 levels, counted from 0
        1|-1|it has 2 levels
        2|0|there is no such segment; the last one is 1
        -1|0|there is no such segment
        """)
    void shouldSayWhatExistsWhenAGainIsForAnotherLevel(final int segment, final int level, final String message)
        throws InterruptedException {
        final List<String> refused = new ArrayList<>();
        try (Tactus tactus = Tactus.launch(context().gains("told", gains -> refused.add(
            assertThrows(IllegalArgumentException.class, () -> gains.set(segment, level, 1)).getMessage())))) {
            assertEquals(3, tactus.stop().tasks().size(), "the refusal breaks nothing");
            assertTrue(refused.getFirst().contains(message), refused::toString);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        other|which is not there; the tasks are told, silent, plain
        plain|of which no segment has levels to choose from
        """)
    void shouldRefuseAReceiverWhenItsTaskHasNoLevels(final String task, final String message) {
        final Tactus.Context context = context().gains(task, gains -> { });
        final String refused = assertThrows(TactusException.InvalidSet.class, () -> Tactus.launch(context)).getMessage();
        assertTrue(refused.contains(message), refused);
    }

    @Test
    void shouldStartNothingWhenAReceiverThrows() {
        final Tactus.Context context = context().gains("told", gains -> {
            throw new IllegalStateException("not ready");
        });
        assertEquals("not ready", assertThrows(IllegalStateException.class, () -> Tactus.launch(context)).getMessage());
    }
}
