// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What works on frames and boxes from job to job, outside the Java heap. */
class FrameWorkTest {
    /** A box as a plain test has it. */
    private record Box(float left, float top, float right, float bottom, float score, int type) {
        float overlap(final Box other) {
            final float wide = Math.min(right, other.right) - Math.max(left, other.left);
            final float high = Math.min(bottom, other.bottom) - Math.max(top, other.top);
            final float both = Math.max(0, wide) * Math.max(0, high);
            return both / ((right - left) * (bottom - top) + (other.right - other.left) * (other.bottom - other.top) - both);
        }

        static Box of(final BoxTable table, final int i) {
            return new Box(table.left(i), table.top(i), table.right(i), table.bottom(i), table.score(i), table.type(i));
        }
    }

    private static BoxTable table(final List<Box> boxes) {
        final BoxTable table = new BoxTable(64);
        boxes.forEach(box -> table.add(box.left, box.top, box.right, box.bottom, box.score, box.type, 0));
        return table;
    }

    private static List<Box> boxes(final BoxTable table) {
        final List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < table.count(); i++) {
            boxes.add(Box.of(table, i));
        }
        return boxes;
    }

    private static List<Box> drawn(final SplittableRandom random, final int count) {
        final List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final float left = random.nextInt(60);
            final float top = random.nextInt(60);
            boxes.add(new Box(left, top, left + 1 + random.nextInt(40), top + 1 + random.nextInt(40), random.nextInt(20) / 20f,
                random.nextInt(2)));
        }
        return boxes;
    }

    /** Suppression as it is usually written: takes the best that is left, drops what it overlaps. */
    private static List<Box> plainlySuppressed(final List<Box> boxes, final float most) {
        final List<Box> left = new ArrayList<>(boxes);
        final List<Box> kept = new ArrayList<>();
        while (!left.isEmpty()) {
            Box best = left.getFirst();
            for (final Box box : left) {
                best = box.score > best.score ? box : best;
            }
            final Box first = best;
            kept.add(first);
            left.remove(first);
            left.removeIf(box -> box.type == first.type && box.overlap(first) > most);
        }
        return kept;
    }

    @Test
    void shouldKeepWhatAPlainSuppressionKeepsWhenBoxesAreDrawn() {
        final SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 2000; round++) {
            final List<Box> boxes = drawn(random, random.nextInt(30));
            final float most = random.nextInt(1, 10) / 10f;
            final BoxTable table = table(boxes);
            table.suppress(most);
            assertEquals(plainlySuppressed(boxes, most), boxes(table), "seed 1, round " + round);
        }
    }

    @Test
    void shouldKeepTheBestBoxesWhenATableIsFull() {
        final BoxTable table = new BoxTable(2);
        for (final float score : new float[] {0.3f, 0.9f, 0.1f, 0.5f}) {
            table.add(0, 0, 1, 1, score, 0, 0);
        }
        table.suppress(1);
        assertEquals(List.of(0.9f, 0.5f), boxes(table).stream().map(Box::score).toList());
    }

    @Test
    void shouldDropBoxesOfTheFrameOnlyInsideTheRegionWhenTheRegionHasThem() {
        final CriticalRegion region = new CriticalRegion();
        final float x = region.left() + 50;
        final float y = region.top() + 50;
        // The scaled frame sees the object half as wide, by which suppression alone would keep both; and one elsewhere.
        final Box exact = new Box(x, y, x + 40, y + 40, 0.6f, 1);
        final Box vague = new Box(x, y, x + 18, y + 40, 0.9f, 1);
        final Box other = new Box(2, 2, 20, 40, 0.5f, 1);
        final BoxTable union = new BoxTable(8);
        Merge.merge(table(List.of(exact)), table(List.of(vague, other)), region, union);
        assertEquals(List.of(exact, other), boxes(union));
        Merge.merge(table(List.of()), table(List.of(vague, other)), region, union);
        assertEquals(List.of(vague, other), boxes(union), "the region found nothing, so nothing is dropped for it");
    }

    @Test
    void shouldTakeTheMeanOfWhatAnElementCoversWhenAFrameIsScaled() {
        final SplittableRandom random = new SplittableRandom(2);
        final int width = 24;
        final int height = 18;
        final byte[] pixels = new byte[3 * width * height];
        random.nextBytes(pixels);
        final MemorySegment frame = Arena.ofAuto().allocate(pixels.length);
        MemorySegment.copy(pixels, 0, frame, ValueLayout.JAVA_BYTE, 0, pixels.length);
        final FrameScaler scaler = new FrameScaler(width, height);
        for (final int[] part : new int[][] {{0, 0, 24, 18, 8, 6}, {3, 2, 12, 12, 12, 12}, {4, 0, 20, 18, 15, 13}}) {
            final MemorySegment into = Arena.ofAuto().allocate(3L * part[4] * part[5] * Float.BYTES);
            scaler.scale(frame, part[0], part[1], part[2], part[3], into, part[4], part[5]);
            for (int at = 0; at < 3 * part[4] * part[5]; at++) {
                final int column = at % part[4];
                final int row = at / part[4] % part[5];
                double sum = 0;
                int count = 0;
                for (int y = row * part[3] / part[5]; y < (row + 1) * part[3] / part[5]; y++) {
                    for (int x = column * part[2] / part[4]; x < (column + 1) * part[2] / part[4]; x++) {
                        sum += Byte.toUnsignedInt(pixels[(at / (part[4] * part[5]) * height + part[1] + y) * width + part[0] + x]);
                        count++;
                    }
                }
                assertEquals(sum / count / 255, into.getAtIndex(ValueLayout.JAVA_FLOAT, at), 1e-6, at + " of " + List.of(part[4], part[5]));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> scaler.scale(frame, 1, 0, 24, 18, frame, 8, 6), "beyond the frame");
        assertThrows(IllegalArgumentException.class, () -> scaler.scale(frame, 0, 0, 4, 4, frame, 8, 6), "enlarged");
    }

    @Test
    void shouldLookWhereTheNearestThingInTheWayWillBeWhenItComesCloser() {
        final CriticalRegion region = new CriticalRegion();
        // Middle of the street: at 20 m, then at 15 m; its foot lies 620 * 1.4 / distance below the horizon.
        final BoxTable before = table(List.of(new Box(370, 180, 398, 233.4f, 0.9f, 1)));
        final BoxTable last = table(List.of(new Box(400, 175, 440, 247.9f, 0.9f, 1), new Box(40, 175, 90, 260, 0.9f, 0)));
        region.predict(last, table(List.of()));
        assertEquals(420 - 128, region.left(), "no motion is known");
        before.add(395, 178, 425, 240, 0.9f, 1, 0);
        region.predict(last, before);
        assertEquals(430 - 128, region.left(), "ten columns to the right again");
        region.predict(table(List.of(new Box(40, 175, 90, 260, 0.9f, 0))), before);
        assertEquals(384 - 128, region.left(), "what stands beside the way is not urgent, so the region lies before the car");
    }

    @Test
    void shouldAllocateNothingWhenAFrameIsWorkedOn() {
        final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
        final MemorySegment input = Arena.ofAuto().allocate(3L * 192 * 112 * Float.BYTES);
        final MemorySegment cells = Arena.ofAuto().allocate(6L * 24 * 14 * Float.BYTES);
        final FrameScaler scaler = new FrameScaler(StreetScene.WIDTH, StreetScene.HEIGHT);
        final BoxTable found = new BoxTable(64);
        final BoxTable union = new BoxTable(64);
        final CriticalRegion region = new CriticalRegion();
        for (int i = 0; i < 2 * 24 * 14; i++) {
            cells.setAtIndex(ValueLayout.JAVA_FLOAT, i, i % 7 == 0 ? 2 : -5);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            final long began = threads.getCurrentThreadAllocatedBytes();
            scaler.scale(frame, 0, 0, StreetScene.WIDTH, StreetScene.HEIGHT, input, 192, 112);
            found.clear();
            CellDecoder.decode(cells, 24, 14, 0, 0, 4, 4, found);
            region.predict(found, union);
            Merge.merge(found, found, region, union);
            final double gain = BrakingGains.gain(union, region, 2);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - began);
            assertTrue(gain > 0 && union.count() > 0);
        }
        assertEquals(0, least);
    }

    /** Objects come, cross, hide and go, so tracks begin and end meanwhile. */
    @Test
    void shouldAllocateNothingWhenAStreamIsTracked() {
        final StreetScene scene = new StreetScene(StreetScene.Kind.CROSSING, 5);
        final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
        final BoxTable found = new BoxTable(64);
        final BoxTable said = new BoxTable(256);
        final float[][] looks = new float[64][Appearance.LENGTH];
        final PairTracker tracker = new PairTracker();
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        double gain = 0;
        final Set<Integer> ids = new HashSet<>();
        for (int i = 0; i < 80; i++) {
            scene.draw(frame, found);
            final int pair = i % TrackingPairs.PAIRS;
            final long began = threads.getCurrentThreadAllocatedBytes();
            for (int k = 0; k < found.count(); k++) {
                Appearance.describe(frame, found, k, looks[k]);
            }
            tracker.step(pair, found, looks, said);
            tracker.aim();
            gain += tracker.gain(pair);
            allocated += i < 40 ? 0 : threads.getCurrentThreadAllocatedBytes() - began; // the first ones link what they call
            for (int k = 0; k < said.count(); k++) {
                ids.add(said.id(k));
            }
        }
        assertEquals(0, allocated);
        assertTrue(gain > 0 && ids.size() > 12, () -> "tracks: " + ids);
    }

    @Test
    void shouldDrawTheSameStreetWhenTheSeedIsTheSame() {
        final byte[][] frames = new byte[3][];
        for (int i = 0; i < 3; i++) {
            final StreetScene scene = new StreetScene(StreetScene.Kind.DRIVING, i == 2 ? 8 : 7);
            final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
            final BoxTable truths = new BoxTable(64);
            for (int k = 0; k < 3; k++) {
                scene.draw(frame, truths);
            }
            assertTrue(truths.count() > 0);
            frames[i] = frame.toArray(ValueLayout.JAVA_BYTE);
        }
        assertArrayEquals(frames[0], frames[1]);
        assertFalse(Arrays.equals(frames[0], frames[2]), "another seed, another street");
    }
}
