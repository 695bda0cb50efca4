// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EventRingTest {
    @Test
    void shouldReadEveryFieldWhenWritten() {
        final EventRing ring = new EventRing(1024);
        assertTrue(ring.write(EventType.START, 1L << 40, 3, 4095, 1023, Long.MAX_VALUE, -7));
        final List<String> seen = new ArrayList<>();
        final int count = ring.drain((type, timeNs, device, task, segment, job, argument) ->
            seen.add(EventType.name(type) + " " + timeNs + " " + device + " " + task + " " + segment + " " + job + " " + argument), 10);
        assertEquals(1, count);
        assertEquals(List.of("start 1099511627776 3 4095 1023 9223372036854775807 -7"), seen);
    }

    @Test
    void shouldDropAndCountWhenFull() {
        final EventRing ring = new EventRing(1 << 13);
        int accepted = 0;
        while (ring.write(EventType.END, accepted, 0, 0, 0, accepted, 0)) {
            accepted++;
        }
        assertTrue(accepted >= 100);
        assertFalse(ring.write(EventType.END, 0, 0, 0, 0, 0, 0));
        assertEquals(2, ring.dropped());
        final long[] expected = {0};
        while (ring.drain((type, timeNs, device, task, segment, job, argument) -> assertEquals(expected[0]++, job), 7) > 0) {
            assertTrue(expected[0] <= accepted);
        }
        assertEquals(accepted, expected[0]);
        assertTrue(ring.write(EventType.END, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldKeepOrderWhenAnotherThreadReads() throws InterruptedException {
        final EventRing ring = new EventRing(4096);
        final int events = 200_000;
        final Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < events; i++) {
                ring.write(EventType.END, i, i & 63, i & 4095, i & 1023, i, ~(long) i);
            }
        });
        final long[] last = {-1};
        final long[] count = {0};
        final EventHandler check = (type, timeNs, device, task, segment, job, argument) -> {
            assertTrue(job > last[0]);
            assertEquals(job, timeNs);
            assertEquals(~job, argument);
            assertEquals((int) job & 4095, task);
            last[0] = job;
            count[0]++;
        };
        while (writer.isAlive()) {
            if (ring.drain(check, 64) == 0) {
                Thread.onSpinWait();
            }
        }
        writer.join();
        while (ring.drain(check, 64) > 0) {
            assertTrue(count[0] <= events);
        }
        assertEquals(events, count[0] + ring.dropped());
    }

    @Test
    void shouldTakeNothingOnlyWhenThereIsNothing() {
        final EventRing ring = new EventRing(4096);
        final EventHandler drop = (type, timeNs, device, task, segment, job, argument) -> { };
        for (int i = 0; i < 10_000; i++) { // passes the ring's end many times
            ring.write(EventType.END, i, 0, 0, 0, i, 0);
            assertEquals(1, ring.drain(drop, 64), "event " + i);
            assertEquals(0, ring.drain(drop, 64));
        }
    }

    @Test
    void shouldNameEachSlotsTaskByItsGeneration() {
        final EventRing ring = new EventRing(1 << 14, 3);
        final int[] generations = new int[3];
        final SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 1000; i++) {
            final int slot = random.nextInt(-1, 4); // none, one with a generation, and one beyond those
            if (slot >= 0 && slot < generations.length && random.nextInt(3) == 0) {
                generations[slot] = random.nextInt(1, Integer.MAX_VALUE);
                ring.define(slot, generations[slot]);
            }
            final int device = random.nextInt(64);
            final int segment = random.nextInt(-1, 1024);
            final int generation = slot >= 0 && slot < generations.length ? generations[slot] : 0;
            ring.write(EventType.START, i, device, slot, segment, -i, ~i);
            final List<String> seen = new ArrayList<>();
            ring.drain(naming(seen), 2);
            assertEquals(List.of(EventType.START + " " + i + " " + device + " " + slot + " " + generation + " " + segment + " " + -i + " "
                + ~i), seen);
        }
    }

    @Test
    void shouldKeepTheGenerationOfWhatWasWrittenWhenTheSlotIsUsedAgain() {
        final EventRing ring = new EventRing(1024, 1);
        for (int generation = 1; generation < 4; generation++) {
            ring.define(0, generation);
            ring.write(EventType.STOP, generation, 0, 0, 0, -1, 0);
        }
        final List<String> seen = new ArrayList<>();
        ring.drain(naming(seen), 10);
        assertEquals(List.of("0 1", "0 2", "0 3"), seen.stream().map(event -> event.split(" ")[3] + " " + event.split(" ")[4]).toList());
    }

    private static EventHandler naming(final List<String> seen) {
        return new EventHandler() {
            @Override
            public void onEvent(
                final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job,
                final long argument) {
                throw new IllegalStateException("a ring tells the generation");
            }

            @Override
            public void onTaskEvent(
                final int type, final long timeNs, final int deviceIndex, final int slot, final int generation, final int segment,
                final long job, final long argument) {
                seen.add(type + " " + timeNs + " " + deviceIndex + " " + slot + " " + generation + " " + segment + " " + job + " "
                    + argument);
            }
        };
    }

    @Test
    void shouldBeHalfFullWhenHalfIsNotDrained() {
        final int bytes = 1 << 13;
        final EventRing ring = new EventRing(bytes);
        final EventHandler drop = (type, timeNs, device, task, segment, job, argument) -> { };
        final SplittableRandom random = new SplittableRandom(12);
        int unread = 0;
        int halfFull = 0;
        for (int i = 0; i < 200_000; i++) {
            if (random.nextInt(100) == 0) {
                unread -= ring.drain(drop, random.nextInt(1, 300));
            } else if (ring.write(EventType.END, i, 0, 0, 0, i, 0)) {
                unread++;
            }
            if (random.nextInt(4) == 0) {
                final boolean told = ring.isHalfFull();
                halfFull += told ? 1 : 0;
                // An event takes 48 bytes, and the ring's end at most one event less a word besides.
                assertTrue(told || unread * 48 < bytes / 2, "step " + i + ": " + unread + " events, and not half full");
                assertTrue(!told || unread * 48 + 40 >= bytes / 2, "step " + i + ": " + unread + " events, and half full");
            }
        }
        assertTrue(halfFull > 1000 && halfFull < 49_000, halfFull + " times half full");
    }

    @Test
    void shouldCountAnEventAsTakenWhenItsConsumerThrows() {
        final EventRing ring = new EventRing(1024);
        for (int i = 0; i < 4; i++) {
            ring.write(EventType.END, i, 0, 0, 0, i, 0);
        }
        assertThrows(IllegalStateException.class, () -> ring.drain((type, timeNs, device, task, segment, job, argument) -> {
            if (job == 1) {
                throw new IllegalStateException("on purpose");
            }
        }, 10));
        assertEquals(2, ring.unread());
        final List<Long> rest = new ArrayList<>();
        ring.drain((type, timeNs, device, task, segment, job, argument) -> rest.add(job), 10);
        assertEquals(List.of(2L, 3L), rest);
    }

    @Test
    void shouldAllocateNothingWhenWrittenAndRead() {
        final EventRing ring = new EventRing(1 << 14);
        final long[] sum = {0};
        final EventHandler handler = (type, timeNs, device, task, segment, job, argument) -> sum[0] += job;
        assertEquals(0, Allocation.bytes(() -> {
            for (int i = 0; i < 1000; i++) {
                ring.write(EventType.START, i, 0, 1, 2, i, 0);
                ring.write(EventType.END, i, 0, 1, 2, i, 0);
                if ((i & 15) == 0) {
                    ring.drain(handler, 64);
                }
            }
        }));
    }
}
