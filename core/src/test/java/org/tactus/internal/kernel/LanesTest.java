// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Ranks, levels and the time that lanes above take, without threads. */
class LanesTest {
    private static final long S = 1_000_000_000L;

    private static TaskSetBuilder platform() {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0", 0).withPreemption(DeviceSpec.Preemption.FULL))
            .device(DeviceSpec.modelled("acc0")).device(DeviceSpec.cpu("cpu1", 1).withPreemption(DeviceSpec.Preemption.FULL));
    }

    private static Task task(final String name, final int priority, final long deadlineNs) {
        return platform().task(name, t -> t.periodNs(S).deadlineNs(deadlineNs).priority(priority).segment("cpu0", 1)
            .segment("acc0", 1).segment("cpu1", 1)).build().tasks().getFirst();
    }

    private static Lanes lanes(final Task... known) {
        final TaskSet set = platform().task("unused", t -> t.periodNs(S).segment("acc0", 1)).build();
        return new Lanes(new TaskSet(set.name(), set.policy(), Overheads.NONE, set.platform(), List.of(known)), ThreadSetup.NONE);
    }

    @Test
    void shouldGiveEachRankALaneAndEqualsTheSameWhenTasksArePlaced() {
        final Task a = task("a", 1, S);
        final Task b = task("b", 2, S / 2);
        final Task c = task("c", 2, S);
        final Task alsoB = task("alsoB", 2, S / 2);
        final Lanes lanes = lanes(a, b, c, alsoB);
        assertEquals(7 + 1 + 7, lanes.count()); // three ranks and four to spare on each preemptive device
        final List<Task> placed = lanes.place(List.of(a, b, c, alsoB), dispatcher -> false);
        assertEquals(List.of(0, 1, 2), devices(placed.get(0))); // the first lanes have the devices' own indices
        assertEquals(devices(placed.get(1)), devices(placed.get(3)));
        assertEquals(1, lanes.lane(devices(placed.get(0)).getFirst()).level());
        assertEquals(2, lanes.lane(devices(placed.get(1)).getFirst()).level());
        assertEquals(3, lanes.lane(devices(placed.get(2)).getFirst()).level());
        for (final Task each : placed) {
            assertEquals(0, lanes.deviceOf(devices(each).getFirst()));
            assertEquals(2, lanes.deviceOf(devices(each).getLast()));
        }
        assertEquals("cpu0 (priority 2)", lanes.name(devices(placed.get(1)).getFirst()));
        assertEquals("acc0", lanes.name(1));
    }

    private static List<Integer> devices(final Task placed) {
        return placed.segments().stream().map(segment -> segment.device()).toList();
    }

    @Test
    void shouldKeepTheOrderAtEveryStepWhenTasksComeAndGo() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            final Lanes lanes = lanes(task("known", 1 + random.nextInt(30), S));
            final List<Task> placed = new ArrayList<>();
            for (int step = 0; step < 40; step++) {
                if (!placed.isEmpty() && (random.nextInt(3) == 0 || placed.size() == 5)) {
                    lanes.leave(List.of(placed.remove(random.nextInt(placed.size()))));
                } else {
                    placed.addAll(lanes.place(List.of(task("t" + step, 1 + random.nextInt(30), 1 + random.nextInt(3))), d -> false));
                }
                for (final int device : new int[] {0, 2}) {
                    final Map<Lane, Task> busy = new HashMap<>();
                    placed.forEach(each -> busy.put(lanes.lane(device == 0 ? devices(each).getFirst() : devices(each).getLast()), each));
                    if (step > 0) {
                        for (final Lanes.Move move : lanes.moves(device)) {
                            move.lane().levelAtStart(move.level());
                            // The lane that has just got its rank runs nothing before its level is settled.
                            assertOrdered(busy, placed.getLast(), seed);
                        }
                    } else {
                        lanes.moves(device).forEach(move -> move.lane().levelAtStart(move.level()));
                    }
                    assertOrdered(busy, null, seed);
                    assertEquals(List.of(), lanes.moves(device), "seed " + seed);
                }
            }
        }
    }

    private static void assertOrdered(final Map<Lane, Task> busy, final Task unsettled, final long seed) {
        for (final Map.Entry<Lane, Task> high : busy.entrySet()) {
            for (final Map.Entry<Lane, Task> low : busy.entrySet()) {
                final Task a = high.getValue();
                final Task b = low.getValue();
                final boolean above = a.priority() != b.priority() ? a.priority() < b.priority() : a.deadlineNs() < b.deadlineNs();
                if (above && a != unsettled && b != unsettled) {
                    assertTrue(high.getKey().level() < low.getKey().level(), "seed " + seed + ": " + a.name() + " above " + b.name());
                }
            }
        }
    }

    @Test
    void shouldTellWhatLanesAboveTookWhenSegmentsNest() {
        final LaneTable table = new LaneTable(3, 5);
        table.rank(0, 1, S);
        table.rank(1, 2, S);
        table.rank(2, 2, S / 2); // between the two
        assertTrue(table.isAbove(0, 2) && table.isAbove(2, 1) && !table.isAbove(1, 0));
        table.awake(1, 100);
        table.mark(1, 110); // a segment of the lowest lane starts
        assertEquals(0, table.takenNs(1, 150));
        table.awake(2, 200);
        table.mark(2, 210);
        table.awake(0, 300);
        assertEquals(50 + 5, table.takenNs(2, 350), "a lane that is awake still counts up to now");
        assertEquals(150 + 2 * 5 - 5, table.takenNs(1, 350), "no instant counts for two lanes, and what a preemption costs for the higher");
        table.asleep(0, 400);
        assertEquals(100 + 5, table.takenNs(2, 450));
        assertEquals(0, table.takenNs(0, 450), "nothing is above the first");
        table.asleep(2, 500);
        assertEquals(300 + 2 * 5 - 5, table.takenNs(1, 600)); // 200 to 500; the cost of the inner preemption lies in it
        table.mark(1, 600);
        assertEquals(0, table.takenNs(1, 700));
    }

    @Test
    void shouldCountTheLaneThatCameWhenASegmentRan() {
        final LaneTable table = new LaneTable(2, 0);
        table.rank(1, 5, S);
        table.awake(1, 100);
        table.mark(1, 100);
        table.rank(0, 1, S); // a task of a new rank is added
        table.awake(0, 150);
        table.asleep(0, 250);
        assertEquals(100, table.takenNs(1, 300));
        table.free(0);
        assertEquals(0, table.takenNs(1, 300));
    }

    @Test
    void shouldTakeTheLevelThatCameWhenALaneLeavesTheCeiling() {
        final List<String> calls = new ArrayList<>();
        final Lane[] lane = new Lane[1];
        final ThreadSetup setup = new ThreadSetup() {
            @Override
            public String apply(final String role, final List<Integer> cores) {
                return "";
            }

            @Override
            public int threadId() {
                return 7;
            }

            @Override
            public void level(final int level) {
                calls.add("own " + level);
                if (level == 3 && lane[0].level() == 3) {
                    lane[0].move(4); // the change comes between the lane's move and the end of its ceiling
                }
            }

            @Override
            public void level(final int threadId, final int level) {
                calls.add(threadId + " to " + level);
            }
        };
        lane[0] = new Lane(new LaneTable(1, 0), 0, setup, 2);
        lane[0].begin(List.of(), 1);
        lane[0].enterCeiling();
        lane[0].move(3);
        assertEquals(List.of("own 0"), calls, "a lane at the ceiling is left there");
        lane[0].leaveCeiling();
        assertEquals(List.of("own 0", "own 3", "own 4"), calls);
        lane[0].move(5);
        assertEquals("7 to 5", calls.getLast());
    }

    @Test
    void shouldStayOrdinaryWhenLevelsChangeOrItsSegmentEndsAfterALaneWasDemoted() {
        final List<String> calls = new ArrayList<>();
        final Lane lane = new Lane(new LaneTable(1, 0), 0, new Calls(calls), 2);
        lane.begin(List.of(), 1);
        lane.enterCeiling();
        lane.demote(9);
        lane.move(3); // a task of a new rank comes
        lane.leaveCeiling(); // the segment ends after all
        lane.enterCeiling();
        lane.leaveCeiling();
        assertEquals("7 ordinary", calls.getLast(), calls.toString());
        assertEquals(List.of("own 0", "7 ordinary"), calls.stream().distinct().toList());
    }

    @Test
    void shouldBeOrdinaryAtTheEndWhenALaneIsDemotedWhileItLeavesTheCeiling() {
        final List<String> calls = new ArrayList<>();
        final Lane[] lane = new Lane[1];
        final ThreadSetup setup = new Calls(calls) {
            @Override
            public void level(final int level) {
                super.level(level);
                lane[0].demote(9);
                super.level(level); // as if the lane's own call came after the monitor's
            }
        };
        lane[0] = new Lane(new LaneTable(1, 0), 0, setup, 2);
        lane[0].begin(List.of(), 1);
        lane[0].enterCeiling();
        assertEquals("7 ordinary", calls.getLast(), calls.toString());
    }

    @Test
    void shouldTakeNothingMoreFromLanesBelowWhenALaneWasDemoted() {
        final LaneTable table = new LaneTable(2, 0);
        table.rank(0, 1, S);
        table.rank(1, 2, S);
        table.awake(1, 100);
        table.mark(1, 100);
        table.awake(0, 200);
        table.demote(0, 500);
        assertEquals(300, table.takenNs(1, 900), "up to its demotion the lane had the core");
        table.mark(1, 1000);
        assertEquals(0, table.takenNs(1, 2000), "then it runs below all others");
        table.asleep(0, 3000);
        table.awake(0, 3100);
        table.asleep(0, 3200);
        assertEquals(0, table.takenNs(1, 4000));
    }

    @Test
    void shouldAnswerAtOnceWhenManyLanesNest() {
        final int lanes = Lanes.MOST;
        final LaneTable table = new LaneTable(lanes, 3);
        for (int lane = 0; lane < lanes; lane++) {
            table.rank(lane, lanes - lane, S);
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int lane = 0; lane < lanes; lane++) {
                table.awake(lane, 1_000 * (lane + 1)); // each preempts the one before
                table.mark(lane, 1_000 * (lane + 1) + 10);
            }
            final long nowNs = 1_000_000;
            for (int lane = 0; lane < lanes - 1; lane++) {
                assertEquals(nowNs - 1_000 * (lane + 2) + 3, table.takenNs(lane, nowNs), "lane " + lane);
            }
            for (int lane = lanes - 1; lane > 0; lane--) {
                table.asleep(lane, nowNs + lanes - lane);
            }
            assertEquals(nowNs + lanes - 1 - 2_000 + 3, table.takenNs(0, nowNs + 500));
        });
    }

    /** Notes which levels threads are moved to. */
    private static class Calls implements ThreadSetup {
        private final List<String> calls;

        Calls(final List<String> calls) {
            this.calls = calls;
        }

        @Override
        public String apply(final String role, final List<Integer> cores) {
            return "";
        }

        @Override
        public int threadId() {
            return 7;
        }

        @Override
        public void level(final int level) {
            calls.add("own " + level);
        }

        @Override
        public void level(final int threadId, final int level) {
            calls.add(threadId + " to " + level);
        }

        @Override
        public void ordinary(final int threadId) {
            calls.add(threadId + " ordinary");
        }
    }
}
