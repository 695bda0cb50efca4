// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How well the detector sees the objects of the critical region, by how many rows of the frame they have: in the whole frame in each scale,
 * and in the region as it is. Without a schedule, so it says how far the factors of the braking study follow from the sizes of what is
 * drawn. One thread.
 */
final class SizeStudy {
    /** Bounds of the groups, rows of the frame: 28 are 7 in a quarter of it, of which {@link BrakingGains} counts nothing. */
    private static final int[] ROWS = {0, 28, 56, StreetScene.HEIGHT + 1};
    private static final int GROUPS = ROWS.length - 1;
    private static final List<String> NAMES = List.of("frame, a quarter", "frame, half", "frame, three quarters", "frame, full size",
        "region as it is");

    private final AveragePrecision[][] precision = new AveragePrecision[NAMES.size()][GROUPS + 1];
    private final long[] objects = new long[GROUPS];

    SizeStudy() {
        for (final AveragePrecision[] row : precision) {
            for (int group = 0; group <= GROUPS; group++) {
                row[group] = new AveragePrecision();
            }
        }
    }

    /** Looks at the streets of the braking study. */
    String run(final Path folder, final long seed, final int frames) {
        final List<StreetDetector> detectors = new ArrayList<>();
        try {
            for (int level = 0; level < BrakingSizes.LEVELS; level++) {
                detectors.add(new StreetDetector(folder, BrakingSizes.width(level), BrakingSizes.height(level)));
            }
            detectors.add(new StreetDetector(folder, CriticalRegion.WIDTH, CriticalRegion.HEIGHT));
            for (int camera = 0; camera < BrakingApproach.CAMERAS.size(); camera++) {
                look(new StreetScene(StreetScene.Kind.DRIVING, BrakingApproach.CAMERAS.size() * seed + camera), frames, detectors);
            }
        } finally {
            detectors.forEach(StreetDetector::close);
        }
        return table(frames, seed);
    }

    private void look(final StreetScene scene, final int frames, final List<StreetDetector> detectors) {
        final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
        final BoxTable truths = new BoxTable(64);
        final BoxTable found = new BoxTable(64);
        final CriticalRegion region = new CriticalRegion();
        for (int i = 0; i < frames; i++) {
            scene.draw(frame, truths);
            region.around(truths);
            for (int t = 0; t < truths.count(); t++) {
                objects[group(truths, t)] += region.holds(truths, t) ? 1 : 0;
            }
            for (int size = 0; size < detectors.size(); size++) {
                final boolean whole = size < BrakingSizes.LEVELS;
                found.clear();
                detectors.get(size).detect(frame, whole ? 0 : region.left(), whole ? 0 : region.top(),
                    whole ? StreetScene.WIDTH : CriticalRegion.WIDTH, whole ? StreetScene.HEIGHT : CriticalRegion.HEIGHT, found);
                for (int g = 0; g <= GROUPS; g++) {
                    final int group = g;
                    precision[size][g].add(found, truths, k -> region.holds(found, k) && (group == GROUPS || group(found, k) == group),
                        t -> region.holds(truths, t) && (group == GROUPS || group(truths, t) == group));
                }
            }
        }
    }

    private static int group(final BoxTable boxes, final int i) {
        int group = 0;
        while (group < GROUPS - 1 && boxes.bottom(i) - boxes.top(i) >= ROWS[group + 1]) {
            group++;
        }
        return group;
    }

    private String table(final int frames, final long seed) {
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "Average precision in the critical region by rows of the "
            + "objects: %d frames of each of %d cameras (seed %d)%n%n%-22s", frames, BrakingApproach.CAMERAS.size(), seed, "rows"));
        for (int group = 0; group < GROUPS; group++) {
            text.append(String.format("%12s", group == GROUPS - 1 ? "from " + ROWS[group] : ROWS[group] + " to " + (ROWS[group + 1] - 1)));
        }
        text.append(String.format("%12s%n%-22s", "all", "objects"));
        long all = 0;
        for (final long count : objects) {
            text.append(String.format("%12d", count));
            all += count;
        }
        text.append(String.format("%12d%n", all));
        for (int size = 0; size < NAMES.size(); size++) {
            text.append(String.format("%-22s", NAMES.get(size)));
            for (final AveragePrecision one : precision[size]) {
                text.append(String.format(Locale.ROOT, "%12.3f", one.value()));
            }
            text.append(String.format("%n"));
        }
        text.append(String.format("%-22s", "region over a quarter"));
        for (int group = 0; group <= GROUPS; group++) {
            text.append(String.format(Locale.ROOT, "%12.2f", precision[BrakingSizes.LEVELS][group].value() / precision[0][group].value()));
        }
        return text.append(String.format("%n")).toString();
    }
}
