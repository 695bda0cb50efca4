package org.tactus.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.time.Clock;

@Timeout(60)
class ComputingDeviceTest {
    private static final long MODELLED_NS = 1000;

    private interface Body {
        void run(long job) throws Exception;
    }

    private static SegmentWork work(final Body body) {
        return new SegmentWork() {
            @Override
            public void run(final long job) throws Exception {
                body.run(job);
            }

            @Override
            public long modelledNs(final long job) {
                return MODELLED_NS;
            }

            @Override
            public void terminate() {
                // ends by itself
            }

            @Override
            public void close() {
                // holds nothing
            }
        };
    }

    @Test
    void shouldBeDoneWhenTheTimeHasPassedAndTheResultIsThere() throws InterruptedException {
        final CountDownLatch may = new CountDownLatch(1);
        final AtomicLong computed = new AtomicLong(-1);
        final Clock clock = () -> 5 * MODELLED_NS;
        try (ComputingDevice device = new ComputingDevice(clock, () -> { })) {
            device.start(work(job -> {
                may.await();
                computed.set(job);
            }), 7, 0);
            assertEquals(Device.RUNNING, device.poll(2 * MODELLED_NS), "the result is not there");
            may.countDown();
            while (computed.get() < 0 || device.poll(MODELLED_NS) == Device.RUNNING) {
                Thread.onSpinWait();
            }
            assertEquals(7, computed.get());
            assertEquals(5 * MODELLED_NS, device.elapsedNs(0, 9 * MODELLED_NS), "later than the model says: an overrun");
            device.start(work(job -> { }), 8, 5 * MODELLED_NS);
            Thread.sleep(50);
            assertEquals(Device.RUNNING, device.poll(6 * MODELLED_NS - 1), "the time has not passed");
            while (device.poll(6 * MODELLED_NS) == Device.RUNNING) {
                Thread.onSpinWait();
            }
            assertEquals(MODELLED_NS, device.elapsedNs(5 * MODELLED_NS, 9 * MODELLED_NS));
        }
    }

    @Test
    void shouldFailWhenTheWorkThrowsAndGoOn() {
        final IllegalStateException broken = new IllegalStateException("broken");
        try (ComputingDevice device = new ComputingDevice(Clock.SYSTEM, () -> { })) {
            device.start(work(job -> {
                throw broken;
            }), 0, 0);
            int status = Device.RUNNING;
            while (status == Device.RUNNING) {
                status = device.poll(MODELLED_NS);
            }
            assertEquals(Device.FAILED, status);
            assertSame(broken, device.failure());
            device.start(work(job -> { }), 1, 0);
            while (device.poll(MODELLED_NS) == Device.RUNNING) {
                Thread.onSpinWait();
            }
            assertTrue(device.failure() == null);
        }
    }
}
