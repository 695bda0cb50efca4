// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
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
    void shouldHoldWholeEventsOnlyWhenItsSizeIsNoMultiple() {
        for (int events = 1; events < 20; events++) {
            final EventRing ring = new EventRing(events * EventDescriptor.RING_LENGTH + EventDescriptor.RING_LENGTH - 1);
            final long[] next = {0};
            long written = 0;
            for (int round = 0; round < 50; round++) { // each round fills the ring from another place on, and empties it in part
                while (ring.write(EventType.END, written, 0, 0, 0, written, ~written)) {
                    written++;
                }
                assertEquals(events, ring.unread());
                assertEquals(Math.min(events, 1 + round % 3), ring.drain((type, timeNs, device, task, segment, job, argument) -> {
                    assertEquals(next[0]++, job);
                    assertEquals(~job, argument);
                }, 1 + round % 3));
            }
        }
    }

    @Test
    void shouldRefuseASizeWithoutRoomForOneEvent() {
        final IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
            () -> new EventRing(EventDescriptor.RING_LENGTH - 1));
        assertEquals("an event ring of 47 bytes; one event takes 48", refused.getMessage());
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
