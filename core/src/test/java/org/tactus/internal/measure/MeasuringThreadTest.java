// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.model.InvalidTaskSetException;

@Timeout(60)
class MeasuringThreadTest {
    private static final long LIMIT_NS = 300_000_000;

    @Test
    void shouldGiveUpWhenASampleDoesNotComeBack() {
        final CountDownLatch never = new CountDownLatch(1);
        final InvalidTaskSetException given = assertThrows(InvalidTaskSetException.class, () ->
            MeasuringThread.run(ThreadSetup.NONE, List.of(), false, granted -> { }, () -> {
                SampleWatch.name("tasks[1].segments[0]", "segment 0 of 'net' on 'tpu0'");
                SampleWatch.begin();
                SampleWatch.end();
                SampleWatch.begin();
                awaitQuietly(never);
                return 1;
            }, LIMIT_NS));
        assertEquals("tasks[1].segments[0]", given.field());
        assertEquals("segment 0 of 'net' on 'tpu0' has not come back after 300ms; reset its device, or profile the set without it",
            given.getMessage());
        never.countDown();
    }

    @Test
    void shouldWaitForWhatLiesBetweenSamplesHoweverLongItTakes() throws InterruptedException {
        assertEquals(7, MeasuringThread.run(ThreadSetup.NONE, List.of(), false, granted -> { }, () -> {
            SampleWatch.begin();
            SampleWatch.end();
            awaitQuietly(null);
            return 7;
        }, LIMIT_NS / 10));
    }

    @Test
    void shouldThrowWhatTheMeasurementThrowsAnErrorToo() {
        for (final Throwable thrown : List.of(new OutOfMemoryError("Java heap space"), new IllegalStateException("broken"))) {
            assertSame(thrown, assertThrows(thrown.getClass(), () ->
                MeasuringThread.run(ThreadSetup.NONE, List.of(), false, granted -> { }, () -> {
                    MeasuringThreadTest.<RuntimeException>hurl(thrown);
                    return 1;
                })));
        }
        final OutOfMemoryError early = new OutOfMemoryError("unable to create native thread");
        assertSame(early, assertThrows(OutOfMemoryError.class, () ->
            MeasuringThread.run(ThreadSetup.NONE, List.of(), false, granted -> {
                throw early;
            }, () -> 1)), "before the measurement begins");
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void hurl(final Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            if (latch == null) {
                Thread.sleep(3 * LIMIT_NS / 1_000_000);
            } else {
                latch.await();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
