// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.OnnxNetworks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;

/**
 * A network four times larger than the device's memory, whose constants stream through a ring, and one of three segments beside it, whose
 * chunks leave and come back: both answer as they do with all memory to themselves, and a fault of whoever moves the chunks is found. The
 * test is that mover. Random steps print their seed; their number is {@code -Dtactus.property.streamSteps} (2000 without it).
 */
@Timeout(7200)
class StreamedWeightsTest {
    private static final int STEPS = Integer.getInteger("tactus.property.streamSteps", 2000);
    private static final long SEED = Long.getLong("tactus.property.seed", 7);
    private static final int CHUNK = 1 << 16;
    private static final int LARGE = 0;
    private static final int SMALL = 1;
    private static final List<String> NAMES = List.of("large", "small");
    private static final int[] SEGMENTS = {16, 3};
    /** A layer of the large one takes four chunks, of the small one a chunk. */
    private static final int[] WIDTHS = {256, 128};
    private static final int[] LAYERS = {32, 9};
    private static final int LARGER_THAN_MEMORY = 4;
    private static final DeviceSpec MEASURING = spec(1024);

    @TempDir
    private Path folder;
    private SoftwareCuda software;
    private CudaDevice device;
    private ChunkMover mover;
    private NetworkWorks works;
    private final TaskMemory[] memories = new TaskMemory[NAMES.size()];
    private final SegmentWork[][] segments = new SegmentWork[NAMES.size()][];
    private final SwapRegion[] layouts = new SwapRegion[NAMES.size()];
    private final byte[][] answers = new byte[NAMES.size()][];
    /** Chunks that regions share: what the state of the large one leaves. */
    private long poolChunks;
    private int begun;
    private byte[] last;

    private static DeviceSpec spec(final long chunks) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0,
            Optional.of(new DeviceMemory(chunks * CHUNK, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0)), 0);
    }

    /** Of memory no more than the policy counts, but for what the driver's own tests of itself need. */
    private void open(final DeviceSpec spec) {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(spec.memory().orElseThrow().capacityBytes() + CHUNK, 1 << 12));
        device = new CudaDevice(software.driver().gpus().getFirst(), spec, null, () -> { });
        mover = device.mover();
    }

    private TaskSet set(final DeviceSpec spec) {
        return NetworkSets.of(spec, NAMES, SEGMENTS, memories);
    }

    /** What a network needs, measured as 'tactus profile' does. */
    private TaskMemory needed(final int task) {
        final TaskSet unmeasured = set(MEASURING);
        final NetworkFootprint counted =
            new OnnxNetworks(unmeasured, List.of(device), folder).footprint(unmeasured.tasks().get(task)).orElseThrow();
        final long constants = counted.constantBytes().stream().mapToLong(Long::longValue).sum();
        return new TaskMemory(constants + counted.tensorBytes(), OptionalLong.empty(), Optional.empty(), 0, counted.tensorBytes(),
            counted.constantBytes(), OptionalLong.empty());
    }

    @BeforeEach
    void prepare() throws IOException {
        Arrays.fill(memories, new TaskMemory(1, OptionalLong.empty(), Optional.empty()));
        for (int i = 0; i < NAMES.size(); i++) {
            Files.write(folder.resolve(NAMES.get(i) + ".onnx"), TestModels.deep(WIDTHS[i], LAYERS[i]).proto().toByteArray());
        }
        open(MEASURING);
        final TaskMemory large = needed(LARGE);
        final TaskMemory small = needed(SMALL);
        device.close();
        software.close();
        final long most = large.segmentConstantBytes().stream().mapToLong(Long::longValue).max().orElseThrow();
        memories[LARGE] = large.withStreamBytes(OptionalLong.of(2 * most));
        memories[SMALL] = small.withSwapBytes(OptionalLong.of(small.footprintBytes())); // its tensors, too, leave and come back
        final long capacityChunks = large.footprintBytes() / LARGER_THAN_MEMORY / CHUNK;
        open(spec(capacityChunks));
        final TaskSet set = set(spec(capacityChunks));
        works = new NetworkWorks(folder);
        for (int i = 0; i < NAMES.size(); i++) {
            works.port(NAMES.get(i), network -> new NetworkPort() {
                @Override
                public void begin(final long job) {
                    begun++;
                }

                @Override
                public void end(final long job) {
                    last = network.tensor("output").memory().toArray(ValueLayout.JAVA_BYTE);
                }
            });
            segments[i] = works.prepare(set, List.of(device), set.tasks().get(i), 5).toArray(SegmentWork[]::new);
            layouts[i] = SwapRegion.of(set.tasks().get(i), set.platform().devices().getFirst().memory().orElseThrow());
        }
        for (int i = 0; i < NAMES.size(); i++) {
            device.define(i, set.tasks().get(i));
            answers[i] = works.offline(set, set.tasks().get(i), 5).get("output");
        }
        device.defined();
        poolChunks = (capacityChunks * CHUNK - layouts[LARGE].fixedBytes() - layouts[SMALL].fixedBytes()) / CHUNK;
        assertTrue(large.footprintBytes() >= LARGER_THAN_MEMORY * capacityChunks * CHUNK);
        assertTrue(layouts[LARGE].ringChunks() > 0 && layouts[SMALL].stateChunks() > 0, Arrays.toString(layouts));
    }

    @AfterEach
    void close() {
        NetworkSets.close(software, device, segments);
    }

    private void finish() {
        while (mover.isMoving()) {
            assertTrue(mover.poll(Clock.SYSTEM.nanoTime()) != ChunkMover.FAILED, () -> String.valueOf(mover.failure()));
        }
    }

    private void in(final int slot, final int first, final int count) {
        mover.startIn(slot, first, count, Clock.SYSTEM.nanoTime());
        mover.commit(true);
        finish();
    }

    private void out(final int slot, final int first, final int count) {
        mover.startOut(slot, first, count, Clock.SYSTEM.nanoTime());
        mover.commit(true);
        finish();
    }

    private int first(final int slot, final int segment) {
        return layouts[slot].firstChunks().get(segment).intValue();
    }

    private int count(final int slot, final int segment) {
        return (int) layouts[slot].chunksOf(segment);
    }

    private void load(final int segment) {
        in(LARGE, first(LARGE, segment), count(LARGE, segment));
    }

    private void drop(final int segment) {
        out(LARGE, first(LARGE, segment), count(LARGE, segment));
    }

    private int run(final int slot, final int segment) {
        device.start(segments[slot][segment], 0, Clock.SYSTEM.nanoTime());
        return await();
    }

    private int await() {
        int status = Device.RUNNING;
        while (status == Device.RUNNING) {
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        return status;
    }

    private void runWell(final int slot, final int segment) {
        assertEquals(Device.DONE, run(slot, segment), () -> "segment " + segment + ": " + device.failure());
    }

    /** A job of the large one, segment by segment, as a ring of one segment would. */
    private byte[] stream() {
        for (int segment = 0; segment < SEGMENTS[LARGE]; segment++) {
            load(segment);
            runWell(LARGE, segment);
            drop(segment);
        }
        return last;
    }

    private MemorySegment backing(final int slot, final int chunk) {
        return device.region(slot).backing().asSlice((long) chunk * CHUNK, CHUNK);
    }

    @Test
    void shouldAnswerAsOfflineWhenFourTimesLargerThanTheMemory() {
        final long address = device.addresses(LARGE)[1];
        for (int turn = 0; turn < 3; turn++) {
            assertArrayEquals(answers[LARGE], stream(), "turn " + turn);
            in(SMALL, 0, (int) layouts[SMALL].chunks());
            for (int segment = 0; segment < SEGMENTS[SMALL]; segment++) {
                runWell(SMALL, segment);
            }
            assertArrayEquals(answers[SMALL], last, "turn " + turn);
            out(SMALL, 0, (int) layouts[SMALL].chunks());
            assertEquals(address, device.addresses(LARGE)[1]);
        }
    }

    @Test
    void shouldAnswerAsOfflineWhenTheNextSegmentLoadsWhileOneExecutes() {
        load(0);
        for (int segment = 0; segment < SEGMENTS[LARGE]; segment++) {
            final boolean more = segment + 1 < SEGMENTS[LARGE];
            device.start(segments[LARGE][segment], 0, Clock.SYSTEM.nanoTime());
            if (more) {
                mover.startIn(LARGE, first(LARGE, segment + 1), count(LARGE, segment + 1), Clock.SYSTEM.nanoTime());
                mover.commit(true);
            }
            int status = Device.RUNNING;
            while (status == Device.RUNNING || mover.isMoving()) {
                status = status == Device.RUNNING ? device.poll(Clock.SYSTEM.nanoTime()) : status;
                assertTrue(mover.poll(Clock.SYSTEM.nanoTime()) != ChunkMover.FAILED, () -> String.valueOf(mover.failure()));
            }
            assertEquals(Device.DONE, status, () -> String.valueOf(device.failure()));
            drop(segment);
        }
        assertArrayEquals(answers[LARGE], last);
    }

    @Test
    void shouldComputeWithWhatStandsInEachChunkOfEachSegment() {
        for (int slot = 0; slot < NAMES.size(); slot++) {
            assertEquals(memories[slot].constantBytes(), layouts[slot].constantChunks() * CHUNK, "all constants leave");
        }
        for (int chunk = 0; chunk < layouts[LARGE].chunks(); chunk++) {
            final byte[] kept = backing(LARGE, chunk).toArray(ValueLayout.JAVA_BYTE);
            backing(LARGE, chunk).fill((byte) 0);
            assertFalse(Arrays.equals(answers[LARGE], stream()), "chunk " + chunk + " is not computed with");
            MemorySegment.copy(kept, 0, backing(LARGE, chunk), ValueLayout.JAVA_BYTE, 0, kept.length);
        }
        assertArrayEquals(answers[LARGE], stream());
    }

    @Test
    void shouldFailTheTaskBeforeAnythingIsTouchedWhenAChunkOfALaterSegmentIsForgotten() {
        load(0);
        runWell(LARGE, 0);
        final int first = first(LARGE, 1);
        final int count = count(LARGE, 1);
        in(LARGE, first, count - 1);
        assertEquals(Device.FAILED, run(LARGE, 1));
        assertEquals("chunk " + (first + count - 1) + " of the " + layouts[LARGE].chunks() + " that 'large' has is not in the GPU's memory;"
            + " segment 1 needs chunks " + first + " to " + (first + count - 1), device.failure().getMessage());
        assertEquals(1, begun);
        assertFalse(device.isLost());
        in(LARGE, first + count - 1, 1);
        runWell(LARGE, 1);
    }

    @Test
    void shouldFailTheTaskWhenItsSegmentStartsWhileItsLastChunkIsStillBeingCopied() {
        load(0);
        runWell(LARGE, 0);
        mover.startIn(LARGE, first(LARGE, 1), count(LARGE, 1), Clock.SYSTEM.nanoTime());
        while (device.region(LARGE).isIn(first(LARGE, 1)) == device.region(LARGE).isMapped(first(LARGE, 1))) {
            mover.poll(Clock.SYSTEM.nanoTime());
        }
        assertEquals(Device.FAILED, run(LARGE, 1), "all chunks are mapped, and one holds something else");
        finish();
        runWell(LARGE, 1);
    }

    @Test
    void shouldAnswerOtherwiseWhenSegmentsComeInTheWrongOrder() {
        final int one = first(LARGE, 3);
        final int other = first(LARGE, 5);
        final byte[] kept = backing(LARGE, one).toArray(ValueLayout.JAVA_BYTE);
        backing(LARGE, one).copyFrom(backing(LARGE, other));
        MemorySegment.copy(kept, 0, backing(LARGE, other), ValueLayout.JAVA_BYTE, 0, kept.length);
        assertFalse(Arrays.equals(answers[LARGE], stream()), "the comparison with the run offline finds it");
    }

    @Test
    void shouldFailTheTaskWhenItsAddressesAreStale() {
        load(0);
        runWell(LARGE, 0);
        device.forget(LARGE);
        assertEquals(Device.FAILED, run(LARGE, 1));
        assertTrue(device.failure().getMessage().startsWith("the memory of 'large' at 0x"), device.failure().getMessage());
        in(SMALL, 0, (int) layouts[SMALL].chunks());
        for (int segment = 0; segment < SEGMENTS[SMALL]; segment++) {
            runWell(SMALL, segment);
        }
        assertArrayEquals(answers[SMALL], last, "another task runs on");
    }

    @Test
    void shouldAnswerAsOfflineOrFailAfterRandomMovesBetweenAnyTwoSegments() {
        System.out.println("seed " + SEED + ", steps " + STEPS);
        final SplittableRandom random = new SplittableRandom(SEED);
        final int[] next = new int[NAMES.size()];
        final long[] addresses = {device.addresses(LARGE)[1], device.addresses(SMALL)[1]};
        int answered = 0;
        int refused = 0;
        for (int step = 0; step < STEPS; step++) {
            final int slot = random.nextInt(NAMES.size());
            final String at = "seed " + SEED + ", step " + step;
            switch (random.nextInt(4)) {
                case 0 -> bringSomethingIn(slot, next[slot], random);
                case 1 -> takeSomethingOut(slot, random);
                default -> {
                    if (random.nextInt(3) > 0) {
                        bringWhatIsNeeded(slot, next[slot], random);
                    }
                    if (isResident(slot, next[slot])) {
                        assertEquals(Device.DONE, run(slot, next[slot]), () -> at + ": " + device.failure());
                        next[slot] = (next[slot] + 1) % SEGMENTS[slot];
                        if (next[slot] == 0) {
                            assertArrayEquals(answers[slot], last, at);
                            answered++;
                        }
                    } else {
                        assertEquals(Device.FAILED, run(slot, next[slot]), at);
                        refused++;
                    }
                }
            }
            assertEquals(addresses[slot], device.addresses(slot)[1], at);
        }
        System.out.println(answered + " jobs answered, " + refused + " segments refused");
        assertTrue(answered > 0 && refused > 0);
    }

    private boolean isResident(final int slot, final int segment) {
        final ChunkRegion region = device.region(slot);
        final int end = slot == LARGE ? first(slot, segment) + count(slot, segment) : region.chunks();
        for (int chunk = first(slot, segment); chunk < end; chunk++) {
            if (!region.isIn(chunk)) {
                return false;
            }
        }
        return true;
    }

    /** The first run of chunks from one on that are in, or out; empty when there is none. */
    private int[] stretch(final int slot, final int from, final boolean in) {
        final ChunkRegion region = device.region(slot);
        int first = from;
        while (first < region.chunks() && region.isIn(first) != in) {
            first++;
        }
        int end = first;
        while (end < region.chunks() && region.isIn(end) == in) {
            end++;
        }
        return new int[] {first, end};
    }

    private int in(final int slot) {
        final ChunkRegion region = device.region(slot);
        int in = 0;
        for (int chunk = 0; chunk < region.chunks(); chunk++) {
            in += region.isIn(chunk) ? 1 : 0;
        }
        return in;
    }

    private int room(final int slot) {
        final long free = poolChunks - in(LARGE) - in(SMALL);
        return (int) (slot == LARGE ? Math.min(free, layouts[LARGE].ringChunks() - in(LARGE)) : free);
    }

    private void move(final int slot, final boolean inward, final int first, final int count, final SplittableRandom random) {
        if (inward) {
            mover.startIn(slot, first, count, Clock.SYSTEM.nanoTime());
        } else {
            mover.startOut(slot, first, count, Clock.SYSTEM.nanoTime());
        }
        if (random.nextBoolean()) {
            mover.commit(true);
        }
        if (random.nextInt(4) == 0) {
            mover.poll(Clock.SYSTEM.nanoTime());
            mover.cancel();
        }
        finish();
    }

    private void bringSomethingIn(final int slot, final int segment, final SplittableRandom random) {
        final int[] hole = stretch(slot, random.nextInt(device.region(slot).chunks()), false);
        final int most = Math.min(hole[1] - hole[0], room(slot));
        if (most > 0) {
            move(slot, true, hole[0], random.nextInt(1, most + 1), random);
        }
    }

    private void takeSomethingOut(final int slot, final SplittableRandom random) {
        final int[] block = stretch(slot, random.nextInt(device.region(slot).chunks()), true);
        if (block[1] > block[0]) {
            move(slot, false, block[0], random.nextInt(1, block[1] - block[0] + 1), random);
        }
    }

    /** What a segment lacks, after everything of both that it does not need has left, where there is no room for both. */
    private void bringWhatIsNeeded(final int slot, final int segment, final SplittableRandom random) {
        final int begin = first(slot, segment);
        final int end = slot == LARGE ? begin + count(slot, segment) : device.region(slot).chunks();
        for (int other = 0; other < NAMES.size(); other++) {
            for (int[] block = stretch(other, 0, true); block[1] > block[0]; block = stretch(other, block[1], true)) {
                final int stop = other == slot && block[0] < begin ? Math.min(block[1], begin) : block[1];
                if (room(slot) < end - begin && (other != slot || block[0] < begin || block[0] >= end)) {
                    out(other, block[0], stop - block[0]);
                }
            }
        }
        for (int[] hole = stretch(slot, begin, false); hole[0] < end; hole = stretch(slot, hole[1], false)) {
            final int count = Math.min(Math.min(hole[1], end) - hole[0], room(slot));
            if (count > 0) {
                in(slot, hole[0], count);
            }
        }
    }
}
