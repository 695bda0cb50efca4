// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.format.WcetSidecar;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.work.NetworkPort;
import org.tactus.work.Workload;

/** Levels that are code or networks: the kernel runs the work of the level that the policy chose. */
@Timeout(120)
class LevelWorksTest {
    private static final long MS = 1_000_000;
    private static final ModelSource SMALL = new ModelSource.Zoo("mobilenet", "small", 1);
    private static final ModelSource LARGER = new ModelSource.Zoo("mobilenet", "medium", 1);

    private static TaskSetBuilder builder() {
        return TaskSet.builder("works").policy(PolicyKind.EDF).device(DeviceSpec.cpu("cpu0"));
    }

    private static List<Segment.Level> sizes(final long... wcetsMs) {
        final Segment.Level[] levels = new Segment.Level[wcetsMs.length];
        for (int k = 0; k < levels.length; k++) {
            levels[k] = new Segment.Level(wcetsMs[k] * MS, k);
        }
        return List.of(levels);
    }

    private static RunResult run(final TaskSet set, final Workload workload, final long forMs) throws InterruptedException {
        try (Tactus tactus = Tactus.launch(new Tactus.Context().realTime(false).watchable(false).taskSet(set).workload(workload))) {
            Thread.sleep(forMs);
            return tactus.stop();
        }
    }

    /** The last level takes longer than the deadline allows, so the one before it is taken. */
    private static TaskSet coded() {
        return builder().task("front", task -> task.periodNs(20 * MS).segment("cpu0", MS).segment("cpu0", MS).levels(true, sizes(1, 2, 21)))
            .build();
    }

    @Test
    void shouldRunTheCodeOfTheChosenLevelWhenLevelsAreCode() throws InterruptedException {
        final AtomicLongArray calls = new AtomicLongArray(4);
        final RunResult result = run(coded(), new Workload().code("front", 0, job -> calls.incrementAndGet(3))
            .code("front", 1, 0, job -> calls.incrementAndGet(0)).code("front", 1, 1, job -> calls.incrementAndGet(1))
            .code("front", 1, 2, job -> calls.incrementAndGet(2)), 250);
        assertEquals(List.of(calls.get(0), calls.get(1), calls.get(2)), result.levels().getFirst().taken());
        assertTrue(calls.get(1) > 0 && calls.get(2) == 0, calls::toString);
        assertEquals(result.tasks().getFirst().jobs(), calls.get(3));
    }

    @Test
    void shouldTakeOnlyLevelsWithCodeWhenLaterOnesHaveNone() throws InterruptedException {
        final AtomicLongArray calls = new AtomicLongArray(2);
        final RunResult result = run(coded(), new Workload().code("front", 1, job -> calls.incrementAndGet(0)), 150);
        assertTrue(calls.get(0) > 0 && result.levels().getFirst().taken().get(1) == 0, calls::toString);
    }

    @Test
    void shouldRefuseCodeWhenItsLevelIsNotThere() {
        for (final int level : new int[] {2, 3}) { // none for level 1; no level 3
            final Workload workload = new Workload().code("front", 1, job -> { }).code("front", 1, level, job -> { });
            final String refused = assertThrows(TactusException.InvalidSet.class, () -> run(coded(), workload, 0)).getMessage();
            assertTrue(refused.contains("'front/1/" + level + "' (task/segment/level)"), refused);
        }
    }

    private static TaskSet networks(final long periodMs, final long firstNs, final long secondNs) {
        return builder().task("front", task -> task.periodNs(periodMs * MS).segment("cpu0", firstNs).levels(false, List.of(
            new Segment.Level(firstNs, 0, Optional.of(SMALL)), new Segment.Level(secondNs, 1, Optional.of(LARGER))))).build();
    }

    private static NetworkPort.Factory counting(final AtomicLongArray begun, final int level, final AtomicLongArray elements) {
        return network -> {
            elements.set(level, network.inputs().getFirst().elements());
            return new NetworkPort() {
                @Override
                public void begin(final long job) {
                    begun.incrementAndGet(level);
                }

                @Override
                public void end(final long job) {
                    begun.addAndGet(level + 2, 1);
                }
            };
        };
    }

    @Test
    void shouldComputeTheNetworkOfTheChosenLevelWhenLevelsAreNetworks() throws InterruptedException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        final AtomicLongArray calls = new AtomicLongArray(4);
        final AtomicLongArray elements = new AtomicLongArray(2);
        final Workload workload = new Workload().port("front", 0, 0, counting(calls, 0, elements))
            .port("front", 0, 1, counting(calls, 1, elements)).gains("front", gains -> gains.set(0, 0, 0));
        final RunResult result = run(networks(500, 60 * MS, 200 * MS), workload, 1300);
        assertEquals(List.of(calls.get(0), calls.get(1)), result.levels().getFirst().taken());
        assertTrue(calls.get(1) > 0 && calls.get(3) == calls.get(1) && calls.get(0) == calls.get(2), calls::toString);
        assertTrue(elements.get(0) > 0 && elements.get(1) > 0, elements::toString);
    }

    @Test
    void shouldComputeFirstLevelsNetworkWhenTheOtherIsWorthNothing() throws InterruptedException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        final AtomicLongArray calls = new AtomicLongArray(4);
        final AtomicLongArray elements = new AtomicLongArray(2);
        run(networks(500, 60 * MS, 200 * MS), new Workload().port("front", 0, 0, counting(calls, 0, elements))
            .port("front", 0, 1, counting(calls, 1, elements)).gains("front", gains -> gains.set(0, 1, 0)), 800);
        assertTrue(calls.get(0) > 0 && calls.get(1) == 0, calls::toString);
    }

    @Test
    void shouldMeasureEveryLevelWhenASetIsProfiled() throws InterruptedException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        final TaskSet open = networks(10, Segment.UNMEASURED, Segment.UNMEASURED);
        assertThrows(TactusException.InvalidSet.class, () -> Tactus.analyze(open), "nothing is measured");
        final WcetSidecar measured = Tactus.profile(open, Path.of(""), 3);
        assertEquals(List.of("front/0/0", "front/0/1"), measured.tasks().stream().map(WcetSidecar.TaskWcet::name).toList());
        final Segment known = measured.applyTo(open).tasks().getFirst().segments().getFirst();
        assertTrue(known.isMeasured(), known::toString);
        assertEquals(measured.tasks().stream().map(task -> task.segments().getFirst().wcetNs()).toList(),
            known.levels().stream().map(Segment.Level::wcetNs).toList());
        assertEquals(known.levels().getFirst().wcetNs(), known.wcetNs());
    }

    @Test
    void shouldRefuseAnalysisWhenALargerLevelIsNotMeasured() {
        final String refused = assertThrows(TactusException.InvalidSet.class,
            () -> Tactus.analyze(networks(500, 60 * MS, Segment.UNMEASURED))).getMessage();
        assertTrue(refused.contains("WCET"), refused);
    }
}
