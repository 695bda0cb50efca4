// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultTable;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;

/** Moves of slot 0, whose task has generation 7, in 100 ns each. */
class MovesVoidTest {
    private static final long ZERO_NS = 1_000;
    private static final long MS = 1_000_000;

    private static String text(final List<Stall> stalls, final long awayNs, final SwapCounts.LongMove... moves) {
        return MovesVoid.text("gpu0", Set.of("cpu1"), List.of(moves), moves.length, Map.of(7, "net"), ZERO_NS, stalls, windowNs -> awayNs);
    }

    private static SwapCounts.LongMove load(final long beganNs, final long tookNs) {
        return new SwapCounts.LongMove(0, 7, true, beganNs, tookNs, 100);
    }

    @Test
    void shouldSayNothingWhenAllMovesKeptToTheirCharge() {
        assertEquals("", text(List.of(), 0));
    }

    @Test
    void shouldNameTaskDirectionAndShareOfEachMoveThatNothingExplains() {
        assertEquals("moves on gpu0 took longer than they are charged: loads of net 2 times (up to 141 %), evictions of net once (up to "
            + "120 %), loads of a task that is gone once (up to 150 %); a bound holds only while moves keep to chunkIn, chunkOut, "
            + "chunkDrop and the overheads: write larger ones", text(List.of(), 0, load(1_000, 137), load(5_000, 141),
            new SwapCounts.LongMove(0, 7, false, 9_000, 120, 100), new SwapCounts.LongMove(0, 6, true, 9_500, 150, 100)));
    }

    @Test
    void shouldLeaveOutWhatAStallTouchedAndNothingElse() {
        final SwapCounts.LongMove move = load(ZERO_NS + 500, 200); // from 500 to 700, 100 too long
        assertEquals("", text(List.of(new Stall(400, 101, "gpu0", "loop gap")), 0, move));
        assertEquals("", text(List.of(new Stall(699, 100, "machine", "steal")), 0, move));
        assertTrue(text(List.of(new Stall(400, 100, "gpu0", "loop gap"), new Stall(700, 150, "gpu0", "loop gap")), 0, move)
            .contains("loads of net once (up to 200 %)"));
    }

    @Test
    void shouldExcuseNoMoreThanWhatThePlatformTookOfThatDevice() {
        final SwapCounts.LongMove move = load(ZERO_NS + 500, 200);
        assertTrue(text(List.of(new Stall(400, 1_000, "machine", "steal", 99)), 0, move).contains("loads of net once"), "too little");
        assertEquals("", text(List.of(new Stall(400, 150, "machine", "steal", 60), new Stall(560, 100, "machine", "steal", 40)), 0, move));
        assertTrue(text(List.of(new Stall(400, 1_000, "machine", "steal", 60), new Stall(450, 100, "gpu0", "loop gap", 60)), 0, move)
            .contains("loads of net once"), "two saw the same");
        for (final Stall other : List.of(new Stall(400, 500, "cpu1", "loop gap"), new Stall(400, 500, "gpu0", Stall.OWN_WAIT),
            new Stall(400, 500, "gpu0", Stall.RUN_DELAY), new Stall(400, 500, "machine", Stall.SAFEPOINT + " G1"))) {
            assertTrue(text(List.of(other), 0, move).contains("loads of net once"), other.toString());
        }
    }

    @Test
    void shouldNotCallMovesExplainedOfWhichNothingWasKept() {
        final List<Stall> stalls = List.of(new Stall(0, 10_000, "gpu0", "loop gap"));
        final List<SwapCounts.LongMove> kept = List.of(load(ZERO_NS + 500, 200));
        assertEquals("", MovesVoid.text("gpu0", Set.of(), kept, 1, Map.of(7, "net"), ZERO_NS, stalls, windowNs -> 0));
        assertTrue(MovesVoid.text("gpu0", Set.of(), kept, 4, Map.of(7, "net"), ZERO_NS, stalls, windowNs -> 0)
            .contains("charged: 3 later ones, of which nothing was kept; "));
    }

    @Test
    void shouldLeaveOutWhatAStallCurveAllowsBesides() {
        assertEquals("", text(List.of(), 41, load(2_000, 141)));
        assertTrue(text(List.of(), 40, load(2_000, 141)).contains("loads of net once"));
    }

    /** Chunks are charged 1 ns each, and take the time that a dispatcher needs to see them. */
    @Test
    void shouldSayThatBoundsAreVoidWhenMovesOfARunTakeLongerThanTheSetSays() throws InterruptedException {
        final DeviceMemory memory = new DeviceMemory(40, 10, SwapProtocol.SEQ, 1, 1, 0, 0);
        final var builder = TaskSet.builder("short").device(DeviceSpec.modelled("gpu0").withMemory(memory));
        for (final String name : List.of("a", "b", "c")) {
            builder.task(name, task -> task.periodNs(20 * MS).segment("gpu0", MS)
                .memory(new TaskMemory(20, OptionalLong.of(20), Optional.empty())));
        }
        try (TaskSetRun run = TaskSetRun.open(builder.build(), RunSettings.DEFAULT.withRealTime(false).withForce(true), new TimedWorks(),
            KernelListener.NONE, (type, timeNs, device, task, segment, job, argument) -> { })) {
            run.start();
            while (run.completed(run.handle("c")) < 20) {
                Thread.sleep(5);
            }
            final RunResult result = run.stop();
            assertTrue(result.boundsVoid().contains("moves on gpu0 took longer than they are charged: "), result.boundsVoid());
            assertTrue(ResultTable.render(result).contains("BOUNDS VOID: "), "and the table says so");
        }
    }
}
