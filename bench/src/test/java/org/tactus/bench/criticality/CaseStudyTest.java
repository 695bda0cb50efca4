// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.model.TaskSet;
import org.tactus.result.TaskResult;

/** The case studies with few frames: what must hold whatever the streets are. */
@Timeout(200)
class CaseStudyTest {
    private static final long MS = 1_000_000;

    @TempDir
    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        StreetDetector.unpack(folder);
    }

    @Test
    void shouldFindMostObjectsWhenTheCommittedNetworkLooksAtStreetsThatItHasNotSeen() {
        final AveragePrecision all = new AveragePrecision();
        final AveragePrecision small = new AveragePrecision();
        final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
        final BoxTable truths = new BoxTable(64);
        final BoxTable found = new BoxTable(64);
        try (StreetDetector full = new StreetDetector(folder, StreetScene.WIDTH, StreetScene.HEIGHT);
            StreetDetector quarter = new StreetDetector(folder, StreetScene.WIDTH / 4, StreetScene.HEIGHT / 4)) {
            for (int street = 0; street < 6; street++) {
                new StreetScene(StreetScene.Kind.DRIVING, 500 + street).draw(frame, truths);
                found.clear();
                full.detect(frame, 0, 0, StreetScene.WIDTH, StreetScene.HEIGHT, found);
                all.add(found, truths, i -> true, t -> true);
                found.clear();
                quarter.detect(frame, 0, 0, StreetScene.WIDTH, StreetScene.HEIGHT, found);
                small.add(found, truths, i -> true, t -> true);
            }
        }
        assertTrue(all.value() > 0.5, () -> "average precision at full size: " + all.value());
        assertTrue(small.value() < all.value(), () -> "a quarter shows less: " + small.value() + ", full size: " + all.value());
    }

    @Test
    void shouldKeepDeadlinesAndGainWhenScalesAreChosenAtRunTime() {
        try (BrakingStudy study = new BrakingStudy(folder, 1, 10)) {
            for (final BrakingApproach approach : BrakingApproach.all(BrakingSizes.MEASURED.slower(8), false)) {
                final BrakingStudy.Outcome outcome = study.run(approach, 1);
                if (approach.test().isPresent()) {
                    assertEquals(0, outcome.missed(), approach.name());
                }
                if (approach.name().equals("always largest")) {
                    assertTrue(outcome.missed() > 0 && approach.test().isEmpty(), "it asks for more than all of the device");
                }
                if (approach.level() == BrakingApproach.CHOSEN) {
                    assertTrue(approach.test().isPresent() && outcome.meanLevel() > 0, approach.name());
                }
                assertTrue(outcome.inside() >= 0 && outcome.inside() <= 1 && outcome.outside() <= 1, approach.name());
            }
        }
    }

    @Test
    void shouldKeepDeadlinesWhenPairsAreChosenAtRunTime() {
        final TrackingStudy study = new TrackingStudy(folder, 1, 10);
        for (final double utilisation : new double[] {0.3, 0.7, 1.0}) {
            final TaskSet chosen = TrackingPairs.chosen(utilisation);
            final TrackingStudy.Outcome outcome = study.run(chosen, TrackingStudy.CHOSEN, 1);
            assertTrue(TrackingPairs.isAccepted(chosen), "utilisation " + utilisation);
            assertEquals(0, outcome.missed(), "utilisation " + utilisation);
            assertTrue(outcome.mota() <= 1 && outcome.idf1() >= 0 && outcome.idf1() <= 1);
            assertTrue(LongStream.of(outcome.pairs()).sum() == 40 && outcome.pairs()[0] < 40, "larger pairs are taken");
        }
        assertFalse(TrackingPairs.accepted(0.9).contains(3), "the largest pair does not fit always");
    }

    @Test
    void shouldSeeSmallObjectsBetterInTheRegionWhenSizesAreCompared() {
        final List<String> lines = new SizeStudy().run(folder, 1, 12).lines().toList();
        final String[] objects = lines.stream().filter(line -> line.startsWith("objects")).findFirst().orElseThrow().split(" +");
        assertEquals(Long.parseLong(objects[4]), Long.parseLong(objects[1]) + Long.parseLong(objects[2]) + Long.parseLong(objects[3]));
        final String[] factors = lines.getLast().replace("region over a quarter", "").strip().split(" +");
        assertEquals(4, factors.length);
        assertTrue(Double.parseDouble(factors[0]) > 1, lines::toString);
    }

    /** In real time, with WCETs that hold on a slow machine; whether deadlines are met there is not this test's question. */
    @Test
    void shouldRunTheNetworkOfTheChosenScaleWhenTheStudyIsLive() throws InterruptedException {
        final BrakingSizes sizes = new BrakingSizes(20 * MS, List.of(15 * MS, 40 * MS, 80 * MS, 150 * MS));
        final BrakingRun.Outcome outcome = new BrakingRun(folder, 1, 6, false).run(BrakingRun.set(BrakingApproach.CAMERAS, sizes, 0.1));
        final long jobs = outcome.result().tasks().subList(0, 2).stream().mapToLong(task -> task.jobs()).sum();
        assertTrue(jobs > 0, () -> outcome.result().toString());
        final long taken = outcome.result().levels().stream().flatMap(levels -> levels.taken().stream()).mapToLong(count -> count).sum();
        assertTrue(taken >= jobs, () -> "each job's frame was looked at: " + outcome.result().levels());
        assertTrue(outcome.meanNs() > 0 && outcome.worstNs() >= outcome.meanNs());
        assertTrue(outcome.inside() > 0, "something was found");
    }

    /** Where all pairs fit, time decides nothing, so the run in real time says of each frame what the one in virtual time says. */
    @Test
    void shouldTrackAsInVirtualTimeWhenTheStudyIsLive() throws InterruptedException {
        final int frames = 10;
        final List<Long> wcetNs = List.of(20 * MS, 30 * MS, 40 * MS, 50 * MS);
        final TaskSet set = TrackingRun.set(TrackingPairs.STREAMS, wcetNs, 400 * MS);
        final TrackingRun.Outcome live = new TrackingRun(folder, 1, frames, false).run(set);
        final TrackingStudy.Outcome virtual = new TrackingStudy(folder, 1, frames).run(set, TrackingStudy.CHOSEN, 1);
        assertEquals(0, virtual.missed());
        assertEquals(0, live.bytes(), "heap bytes a job on the dispatcher");
        final List<TaskResult> streams = live.result().tasks();
        assertEquals(streams.stream().mapToLong(TaskResult::jobs).sum(), LongStream.of(live.pairs()).sum());
        assertTrue(streams.stream().allMatch(stream -> stream.jobs() > 0), streams::toString);
        assumeTrue(streams.stream().allMatch(stream -> stream.misses() == 0 && stream.jobs() >= frames), "the machine is too busy");
        assertArrayEquals(Arrays.copyOf(virtual.pairs(), 1), Arrays.copyOf(live.pairs(), 1), "the smallest pair is never the best");
        assertEquals(virtual.mota(), live.mota(), 1e-9);
        assertEquals(virtual.idf1(), live.idf1(), 1e-9);
    }
}
