// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.software.Fault;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;

/** On a driver that cannot write words: there the number of its calls is always the same, and each one of them can be made to fail. */
@Timeout(60)
class RegionMoverTest {
    /** Calls of the constructor: twice pinned memory and its address, a trial stream made and destroyed, an event; two streams. */
    private static final int STEPS = 12;

    /** How what two copies are awaited by is taken back. */
    private static final List<String> WORDS = List.of("cuEventDestroy_v2", "cuMemFreeHost", "cuEventDestroy_v2", "cuMemFreeHost");

    private SoftwareCuda software;
    private CudaDriver driver;
    private CudaGpu gpu;

    @BeforeEach
    void open() {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT);
        driver = CudaDriver.of(
            name -> name.equals("cuStreamWriteValue32_v2") ? Optional.empty() : software.lookup().find(name), "without words");
        gpu = driver.gpus().getFirst();
        gpu.makeCurrent(gpu.retainContext());
    }

    @AfterEach
    void close() {
        assertEquals(Optional.empty(), software.defect());
        software.close();
    }

    /** Which calls failed while things were taken back; on a lost device each one does. */
    private static List<String> failedCalls(final Throwable of) {
        final List<String> calls = new ArrayList<>();
        for (final Throwable suppressed : of.getSuppressed()) {
            calls.add(call(suppressed));
            calls.addAll(failedCalls(suppressed));
        }
        return calls;
    }

    private static List<String> withStream() {
        final List<String> calls = new ArrayList<>(List.of("cuStreamDestroy_v2"));
        calls.addAll(WORDS);
        return calls;
    }

    private static String call(final Throwable of) {
        return of.getMessage().replaceFirst("^(\\w+).*", "$1");
    }

    @Test
    void shouldTakeBackWhatWasMadeWhenTheDeviceIsLostAtAnyStep() {
        final List<List<String>> takenBack = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            software.inject(Fault.DEVICE_LOST, step);
            takenBack.add(failedCalls(assertThrows(NativeCallException.class, () -> new RegionMover(driver, 0), "step " + step)));
            close();
            open();
        }
        assertEquals(WORDS, takenBack.get(STEPS - 2), "the first copy stream");
        assertEquals(withStream(), takenBack.get(STEPS - 1), "the second");
        software.inject(Fault.DEVICE_LOST, STEPS);
        new RegionMover(driver, 0); // there is no further step
    }

    @Test
    void shouldTryToDestroyAllWhenOneCannotBe() {
        final RegionMover mover = new RegionMover(driver, 0);
        software.inject(Fault.DEVICE_LOST, 0);
        final NativeCallException first = assertThrows(NativeCallException.class, mover::close);
        assertEquals("cuStreamDestroy_v2", call(first));
        assertEquals(withStream(), failedCalls(first));
    }

    @Test
    void shouldLeaveNothingWhenClosed() {
        new RegionMover(driver, 0).close();
        assertEquals(Inventory.NOTHING, software.inventory());
    }
}
