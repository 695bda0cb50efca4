// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** The tests under EDF leave out what cannot matter: they must say exactly what the formulas say when nothing is left out. */
class EdfOracleTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 6000);
    private static final long SEED = Long.getLong("tactus.property.seed", 90210);

    @Test
    void shouldBoundChainsAsTheFormulasDoWhenCasesAreLeftOut() {
        int passed = 0;
        for (int index = 0; index < SETS; index++) {
            final long seed = SEED + index;
            final SplittableRandom random = new SplittableRandom(seed);
            final TaskSet set = index % 3 == 0 ? BoundPropertiesTest.draw(random, 1 + random.nextInt(3), PolicyKind.EDF) : many(random);
            final ChainModel model = ChainModel.byFile(set);
            for (final boolean cases : new boolean[] {false, true}) {
                final PlainChainEdf plain = new PlainChainEdf(model, cases);
                final ChainEdf quick = new ChainEdf(model, cases);
                final int failed = plain.solve();
                assertEquals(failed, quick.solve(), () -> "seed " + seed + " " + set);
                passed += failed < 0 ? 1 : 0;
                assertArrayEquals(plain.bounds(), quick.bounds(), () -> "seed " + seed + " " + set);
            }
        }
        assertTrue(passed > SETS / 5, "too few sets that pass: " + passed);
    }

    @Test
    void shouldBoundOneDeviceAsTheFormulasDoWhenDueDatesAreLeftOut() {
        int passed = 0;
        for (int index = 0; index < SETS; index++) {
            final long seed = SEED + index;
            final SplittableRandom random = new SplittableRandom(seed);
            final TaskSet set = index % 3 == 0 ? BoundPropertiesTest.draw(random, 1, PolicyKind.EDF) : many(random);
            if (set.platform().devices().size() > 1) {
                continue;
            }
            final DeviceModel model = new DeviceModel(set, IntStream.range(0, set.tasks().size()).toArray());
            for (final boolean preemptive : new boolean[] {false, true}) {
                final PlainDeviceEdf plain = new PlainDeviceEdf(model, preemptive, 0);
                final DeviceEdf quick = new DeviceEdf(model, preemptive, 0);
                final boolean good = plain.solve(0);
                assertEquals(good, quick.solve(0), () -> "seed " + seed + " " + set);
                passed += good ? 1 : 0;
                if (good) {
                    assertArrayEquals(plain.bounds(), quick.bounds(), () -> "seed " + seed + " " + set);
                }
            }
        }
        assertTrue(passed > SETS / 10, "too few sets that pass: " + passed);
    }

    /** Many short chains with a wide range of periods and segments: jobs come several times, blockers are of every length. */
    static TaskSet many(final SplittableRandom random) {
        final TaskSetBuilder builder = TaskSet.builder("many").policy(PolicyKind.EDF);
        final int devices = 1 + random.nextInt(3);
        for (int r = 0; r < devices; r++) {
            builder.device(r < 2 ? DeviceSpec.cpu("d" + r) : DeviceSpec.modelled("d" + r));
        }
        final boolean offers = devices == 3 && random.nextBoolean();
        if (random.nextInt(4) == 0) {
            builder.overheads(new Overheads(random.nextInt(3), random.nextInt(3), random.nextInt(4), random.nextInt(3), random.nextInt(5)));
        }
        final int tasks = random.nextInt(4, 16);
        final double load = 0.1 + 0.8 * random.nextDouble();
        for (int i = 0; i < tasks; i++) {
            final long period = (long) (100 * Math.pow(30, random.nextDouble()));
            final int segments = 1 + random.nextInt(4);
            final long each = Math.max(1, (long) (2 * random.nextDouble() * load * period * devices / tasks / segments));
            final long deadline = random.nextInt(3) == 0 ? Math.max(each * segments, period * 3 / 4) : Math.max(period, each * segments);
            final long jitter = random.nextInt(4) == 0 ? random.nextLong(0, 1 + period / 8) : 0;
            builder.task("t" + i, t -> {
                t.periodNs(Math.max(period, deadline)).deadlineNs(deadline).jitterNs(jitter);
                boolean offered = false;
                for (int s = 0; s < segments; s++) {
                    final int device = random.nextInt(devices);
                    t.segment("d" + device, Math.max(1, each * (1 + random.nextInt(8)) / 4));
                    if (offers && s > 0 && device < 2 && random.nextBoolean()) {
                        t.offer("d2", 1 + random.nextLong(2 * each));
                        offered = true;
                    }
                }
                if (offered) {
                    t.reclaim(new Reclaim(1 + random.nextLong(2 * each), 1 + random.nextInt(3), 1 + random.nextLong(2 * each)));
                }
            });
        }
        return builder.build();
    }
}
