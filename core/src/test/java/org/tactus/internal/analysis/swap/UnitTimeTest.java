// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** The time of one unit: against worked examples, against every order of loads and executions of small units, and in its directions. */
class UnitTimeTest {
    private static final DeviceMemory MEMORY =
        new DeviceMemory(1000, 10, SwapProtocol.SEQ, 4, 3, 0, 0, Residency.SEMANTIC, 1, true);
    /** The bound counts an eviction for each chunk, as it always did, also where nobody has anything to give; here it costs nothing. */
    private static final DeviceMemory FREE =
        new DeviceMemory(1000, 10, SwapProtocol.SEQ, 4, 0, 0, 0, Residency.SEMANTIC, 0, true);

    private static SwapRegion region(final long[] chunks, final long ring) {
        final Long[] first = new Long[chunks.length];
        long at = 0;
        for (int k = chunks.length - 1; k >= 0; k--) {
            first[k] = at;
            at += chunks[k];
        }
        return new SwapRegion(0, 0, at, 0, List.of(first), ring < at ? ring : 0);
    }

    private static UnitTime alone(final DeviceMemory memory) {
        return new UnitTime(memory, 0, 0, 0, 0, 0, 0, false);
    }

    @Test
    void shouldHideLoadsBehindExecutionsWhenTheyAreBalanced() {
        final long[] exec = {8, 8, 8, 8};
        assertEquals(8 + 4 * 8, alone(FREE).boundNs(region(new long[] {2, 2, 2, 2}, 8), exec.clone()),
            "of 32 that loads take all but the first segment's 8 are hidden");
        assertEquals(4 * 20 + 1, alone(FREE).boundNs(region(new long[] {5, 5, 5, 5}, 20), new long[] {1, 1, 1, 1}), "loads alone");
        assertEquals(4, alone(FREE).boundNs(region(new long[] {0, 0}, 0), new long[] {1, 3}), "all is resident");
    }

    @Test
    void shouldWaitForTheSegmentsThatMustMakeRoomWhenTheRingIsSmall() {
        final long[] exec = {10, 10, 10};
        // With the drop of a chunk each load takes 2 (4 + 1). A ring of one segment: load, execute, load, execute, load, execute.
        assertEquals(3 * 10 + 3 * 10, alone(MEMORY).boundNs(region(new long[] {2, 2, 2}, 2), exec.clone()));
        // A ring of two: load 2 beside execution 1, load 3 beside execution 2.
        assertEquals(10 + 3 * 10, alone(MEMORY).boundNs(region(new long[] {2, 2, 2}, 4), exec.clone()));
        // A ring of three chunks holds two segments of sizes 1 and 2 in a row, but not 2 and 2.
        assertEquals(5 + 10 + 10 + 10 + 10, alone(MEMORY).boundNs(region(new long[] {1, 2, 2}, 3), exec.clone()));
    }

    @Test
    void shouldChargeEachOperationAndCopyWhenOthersMustMakeRoom() {
        final UnitTime unit = new UnitTime(MEMORY, 7, 5, 0, 3, 2, 9, false);
        // Two loads of 2 chunks, up to 4 evictions from 3 others: 2 copied, 2 dropped, in at most min(4, 2 + 3 - 1) operations.
        assertEquals(2 * 7 + 4 * 4 + 4 * 5 + 2 * 3 + 2 + 100, unit.boundNs(region(new long[] {2, 2}, 4), new long[] {1, 100}));
        // One load: as one segment was charged always.
        assertEquals(7 + 2 * 4 + 2 * 5 + 2 * 3 + 9, unit.boundNs(region(new long[] {2}, 2), new long[] {9}));
    }

    /** Times that a unit can take: the load of each segment begins as soon as there is room, and each may take any time up to its worst. */
    private static long longest(final long[] chunks, final long ring, final long[] exec, final long perChunk) {
        final int n = chunks.length;
        long worst = 0;
        for (int mask = 0; mask < 1 << 2 * n; mask++) { // each load and each execution takes its worst time or 1
            long loadEnd = 0;
            final long[] end = new long[n];
            for (int k = 0; k < n; k++) {
                long room = 0;
                for (int done = 0; done <= k; done++) { // the least number of finished segments with which k fits
                    if (IntStream.rangeClosed(done, k).mapToLong(i -> chunks[i]).sum() <= ring) {
                        room = done == 0 ? 0 : end[done - 1];
                        break;
                    }
                }
                if (chunks[k] > 0) {
                    loadEnd = Math.max(loadEnd, room) + ((mask >> k & 1) != 0 ? chunks[k] * perChunk : 1);
                }
                end[k] = Math.max(k == 0 ? 0 : end[k - 1], loadEnd) + ((mask >> n + k & 1) != 0 ? exec[k] : 1);
            }
            worst = Math.max(worst, end[n - 1]);
        }
        return worst;
    }

    @Test
    void shouldEqualTheLongestOfAllUnitsWhenTheyAreSmall() {
        long units = 0;
        for (int code = 0; code < 4 * 4 * 4 * 8 * 8 * 8; code++) {
            final long[] chunks = {code & 3, code >> 2 & 3, code >> 4 & 3};
            final long[] exec = {1 + 3 * (code >> 6 & 7), 1 + 3 * (code >> 9 & 7), 1 + 3 * (code >> 12 & 7)};
            final long all = chunks[0] + chunks[1] + chunks[2];
            final long largest = Math.max(chunks[0], Math.max(chunks[1], chunks[2]));
            for (long ring = Math.max(1, largest); ring <= Math.max(1, all); ring++) {
                final boolean isRing = ring < all;
                final long expected = longest(chunks, isRing ? ring : 99, exec, isRing ? 5 : 4);
                assertEquals(expected, alone(isRing ? MEMORY : FREE).boundNs(region(chunks, ring), exec.clone()),
                    () -> List.of(chunks[0], chunks[1], chunks[2]) + " " + List.of(exec[0], exec[1], exec[2]));
                units++;
            }
        }
        assertTrue(units > 50_000, units + " units");
    }

    /** When a load that has begun at 0 ends: chunk after chunk goes, in operations, and one comes in for each when there is room for it. */
    private static long paired(final int chunks, final int free, final int copies, final int begins, final long[] ns) {
        return paired(chunks, free, copies, begins, ns, 0);
    }

    /** The same where the begin of each operation that goes takes the thread from the chunk that comes in. */
    private static long paired(
        final int chunks, final int free, final int copies, final int begins, final long[] ns, final long callsNs) {
        final long in = ns[0];
        long outEnd = 0;
        long inEnd = ns[3];
        for (int i = 0; i < chunks; i++) {
            if (i >= free) {
                final int at = i - free; // the chunk that makes room for this one
                inEnd += inEnd > outEnd && ((begins >> at & 1) != 0 || at == 0) && i > 0 ? callsNs : 0;
                outEnd += ((copies >> at & 1) != 0 ? ns[1] : ns[2]) + ((begins >> at & 1) != 0 || at == 0 ? ns[4] : 0);
                inEnd = Math.max(inEnd, outEnd + ns[3]) + in;
            } else {
                inEnd += in;
            }
        }
        return inEnd;
    }

    /** By hand: three copies from one victim, each 5 beside one of 4 that comes in. Then each order, number of operations, free chunks. */
    @Test
    void shouldEqualTheLongestOfAllOrdersWhenBothWaysMoveAtOnce() {
        final DeviceMemory by = MEMORY.withDuplex(new DeviceMemory.Duplex(4, 5, 2));
        assertEquals(7 + 6 + 5 + 5 + 5 + 4 + 100,
            new UnitTime(by, 7, 6, 0, 1, 3, 0, true).boundNs(region(new long[] {3}, 3), new long[] {100}));
        assertEquals(7 + 3 * 4 + 100, new UnitTime(by, 7, 6, 0, 0, 0, 0, true).boundNs(region(new long[] {3}, 3), new long[] {100}),
            "nobody gives");
        long equal = 0;
        long compared = 0;
        for (int code = 0; code < 5 * 5 * 5 * 4 * 4; code++) {
            final long outNs = 1 + code / 5 % 5;
            final long[] ns = {1 + code % 5, outNs, Math.min(outNs, 1 + code / 25 % 5), code / 125 % 4, code / 500};
            final DeviceMemory memory = new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0)
                .withDuplex(new DeviceMemory.Duplex(ns[0], ns[1], ns[2]));
            for (int chunks = 1; chunks <= 4; chunks++) {
                for (int givers = 1; givers <= 3; givers++) {
                    for (int state = 0; state <= chunks; state++) {
                        long longest = 0;
                        for (int free = 0; free <= chunks; free++) {
                            for (int copies = 0; copies < 1 << chunks - free; copies++) {
                                for (int begins = 0; begins < 1 << chunks - free; begins += 2) {
                                    if (Integer.bitCount(copies) <= state && Integer.bitCount(begins) < givers) {
                                        longest = Math.max(longest, paired(chunks, free, copies, begins, ns));
                                    }
                                }
                            }
                        }
                        final long bound = new UnitTime(memory, ns[3], ns[4], 0, givers, state, chunks, true)
                            .boundNs(region(new long[] {chunks}, chunks), new long[] {0});
                        final String what = chunks + " chunks, " + givers + " givers, " + state + " of state, " + Arrays.toString(ns);
                        assertTrue(bound >= longest, what);
                        assertTrue(bound == longest || state > 0 && state < Math.min(givers, chunks), what); // more begins than copies
                        equal += bound == longest ? 1 : 0;
                        compared++;
                    }
                }
            }
        }
        assertTrue(equal > compared * 9 / 10, equal + " of " + compared);
    }

    /** Ten tasks give a chunk each; what comes in takes long, and each of ten operations takes the thread from it. By hand, then drawn. */
    @Test
    void shouldChargeTheBeginOfEachOperationWhenWhatComesInIsHeldUpByIt() {
        final DeviceMemory slow = new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0).withDuplex(new DeviceMemory.Duplex(90, 2, 2));
        assertEquals(7 + 5 + 2 + 10 * 90 + 9 * 5,
            new UnitTime(slow, 7, 5, 5, 10, 10, 0, true).boundNs(region(new long[] {10}, 10), new long[] {0}));
        long more = 0;
        for (int code = 0; code < 5 * 5 * 5 * 4 * 4; code++) {
            final long outNs = 1 + code / 5 % 5;
            final long[] ns = {1 + code % 5, outNs, Math.min(outNs, 1 + code / 25 % 5), code / 125 % 4, code / 500};
            final DeviceMemory memory = new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0)
                .withDuplex(new DeviceMemory.Duplex(ns[0], ns[1], ns[2]));
            for (int chunks = 1; chunks <= 4; chunks++) {
                for (int state = 0; state <= chunks; state++) {
                    final long bound = new UnitTime(memory, ns[3], ns[4], ns[4], 3, state, chunks, true)
                        .boundNs(region(new long[] {chunks}, chunks), new long[] {0});
                    final long without = new UnitTime(memory, ns[3], ns[4], 0, 3, state, chunks, true)
                        .boundNs(region(new long[] {chunks}, chunks), new long[] {0});
                    for (int free = 0; free <= chunks; free++) {
                        for (int copies = 0; copies < 1 << chunks - free; copies++) {
                            for (int begins = 0; begins < 1 << chunks - free; begins += 2) {
                                if (Integer.bitCount(copies) <= state && Integer.bitCount(begins) < 3) {
                                    final long took = paired(chunks, free, copies, begins, ns, ns[4]);
                                    assertTrue(took <= bound, () -> Arrays.toString(ns) + ", " + took + " of " + bound);
                                    more += took > without ? 1 : 0;
                                }
                            }
                        }
                    }
                }
            }
        }
        assertTrue(more > 1_000, more + " were longer than a charge without them");
    }

    /** Several loads, each with chunks of its own that go for it: the sum is charged the copies where they take longest. */
    @Test
    void shouldNotBeLessThanAnyOrderOfSeveralLoadsWhenBothWaysMoveAtOnce() {
        for (int code = 0; code < 4 * 4 * 4 * 3 * 3; code++) {
            final long outNs = 1 + code / 4 % 4;
            final long[] ns = {1 + code % 4, outNs, Math.min(outNs, 1 + code / 16 % 4), code / 64 % 3, code / 192};
            final DeviceMemory memory = new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0)
                .withDuplex(new DeviceMemory.Duplex(ns[0], ns[1], ns[2]));
            for (int state = 0; state <= 4; state++) {
                for (int givers = 1; givers <= 3; givers++) {
                    final long bound = new UnitTime(memory, ns[3], ns[4], 0, givers, state, 4, true)
                        .boundNs(region(new long[] {2, 2}, 4), new long[] {0, 0});
                    for (int copies = 0; copies < 16; copies++) {
                        for (int begins = 0; begins < 16; begins++) {
                            final boolean can = Integer.bitCount(copies) <= state && Integer.bitCount(begins & 10) < givers;
                            final long took = paired(2, 0, copies & 3, begins & 3, ns) + paired(2, 0, copies >> 2, begins >> 2, ns);
                            assertTrue(!can || took <= bound, () -> Arrays.toString(ns));
                        }
                    }
                }
            }
        }
    }

    @Test
    void shouldRefuseSeveralSegmentsWhenTheProtocolIsOvlAndRingsWhenItIsNotSeq() {
        final List<Long> constants = new ArrayList<>(List.of(10L, 10L));
        final TaskSet ring = TaskSet.builder("ring").policy(PolicyKind.EDF)
            .device(DeviceSpec.modelled("gpu0").withMemory(new DeviceMemory(100, 10, SwapProtocol.SEQ, 1, 1, 0, 0)))
            .task("a", task -> task.periodNs(100).segment("gpu0", 2).segment("gpu0", 3).memory(
                new TaskMemory(20, OptionalLong.empty(), Optional.empty(), 0, 0, constants, OptionalLong.of(10)))).build();
        assertTrue(new SwapAnalysis(SwapProtocol.SPE, PolicyKind.EDF).applies(ring).contains("'a' streams through a ring"));
        final TaskSet set = TaskSet.builder("units").policy(PolicyKind.EDF)
            .device(DeviceSpec.modelled("gpu0").withMemory(new DeviceMemory(100, 10, SwapProtocol.OVL, 1, 1, 0, 0)))
            .task("a", task -> task.periodNs(100).segment("gpu0", 2).segment("gpu0", 3).memory(
                new TaskMemory(20, OptionalLong.of(20), Optional.empty(), 0, 0, constants, OptionalLong.empty()))).build();
        final String said = new SwapAnalysis(SwapProtocol.OVL, PolicyKind.EDF).applies(set);
        assertTrue(said.contains("no sound test is known for several segments a job under this protocol") && said.contains("'a' has 2"),
            said);
        assertEquals("", new SwapAnalysis(SwapProtocol.SEQ, PolicyKind.EDF).applies(set));
    }

    @Test
    void shouldLeaveASetToOtherTestsWhenNothingIsSwapped() {
        final TaskSet set = TaskSet.builder("segments").policy(PolicyKind.EDF)
            .device(DeviceSpec.modelled("gpu0").withMemory(new DeviceMemory(100, 10, SwapProtocol.SEQ, 1, 1, 0, 0)))
            .task("a", task -> task.periodNs(100).segment("gpu0", 2).segment("gpu0", 3).memory(
                new TaskMemory(20, OptionalLong.empty(), Optional.empty()))).build();
        final String said = new SwapAnalysis(SwapProtocol.SEQ, PolicyKind.EDF).applies(set);
        assertTrue(said.contains("nothing is swapped on gpu0"), said);
        assertEquals("seg-edf", Analyses.analyze(set).test());
    }

    @Test
    void shouldBoundANetworkLargerThanTheMemoryWhenItStreams() {
        // 8 segments of 100 bytes, 10 chunks each, on 250 bytes: a ring of two segments; loads take 10 (4 + 1) beside executions of 60.
        final List<Long> constants = IntStream.range(0, 8).mapToObj(i -> 100L).toList();
        final TaskSet set = TaskSet.builder("large").policy(PolicyKind.FIXED_PRIORITY)
            .device(DeviceSpec.modelled("gpu0").withMemory(
                new DeviceMemory(250, 10, SwapProtocol.SEQ, 4, 3, 0, 0, Residency.SEMANTIC, 1, true)))
            .task("large", task -> {
                task.periodNs(1000).memory(new TaskMemory(850, OptionalLong.empty(), Optional.empty(), 30, 20, constants,
                    OptionalLong.of(200)));
                for (int k = 0; k < 8; k++) {
                    task.segment("gpu0", 60);
                }
            }).build();
        final var verdict = new SwapAnalysis(SwapProtocol.SEQ, PolicyKind.FIXED_PRIORITY).analyze(set);
        assertTrue(verdict.schedulable(), verdict.reason());
        assertEquals(50 + 8 * 60, verdict.tasks().getFirst().responseBoundNs());
        final Task task = set.tasks().getFirst();
        final TaskSet small = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(),
            List.of(task.withMemory(task.memory().orElseThrow().withStreamBytes(OptionalLong.of(210)))));
        final var refused = new SwapAnalysis(SwapProtocol.SEQ, PolicyKind.FIXED_PRIORITY).analyze(small);
        assertTrue(refused.reason().contains("MC1 fails"), refused.reason());
    }
}
