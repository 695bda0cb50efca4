// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tactus.internal.plan.spet.SpetProblem;
import org.tactus.model.DeviceSpec;
import org.tactus.model.MenuOption;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Problems that are sometimes hard and sometimes impossible; determined by a seed. */
final class RandomProblem {
    private static final long MILLI = 1_000_000;

    private RandomProblem() {
    }

    static SpetProblem draw(final long seed, final int tasks, final int options, final PolicyKind policy) {
        final SplittableRandom random = new SplittableRandom(seed);
        final double load = random.nextDouble(0.4, 1.0);
        final TaskSetBuilder builder = TaskSet.builder("random").policy(policy).device(DeviceSpec.modelled("tpu0"))
            .overheads(random.nextBoolean() ? Overheads.NONE : new Overheads(random.nextLong(200_000), 20_000, 0, 10_000, 0));
        final List<List<MenuOption>> menus = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            final List<MenuOption> menu = menu(random, options);
            menus.add(menu);
            final double mean = menu.stream().mapToLong(o -> o.costNs(0)).average().orElseThrow();
            final long period = (long) (mean * tasks / load * random.nextDouble(0.4, 2.5));
            final long deadline = (long) (period * random.nextDouble(0.6, 1.0));
            final long jitter = random.nextInt(3) == 0 ? random.nextLong(period / 10) : 0;
            builder.task("t" + i, task -> task.periodNs(period).deadlineNs(deadline).jitterNs(jitter).segment("tpu0", MILLI));
        }
        return new SpetProblem(builder.build(), menus, 7_500_000);
    }

    private static List<MenuOption> menu(final SplittableRandom random, final int options) {
        final double base = MILLI * random.nextDouble(2, 20);
        final double bytes = random.nextDouble(0.5e6, 12e6);
        final List<MenuOption> menu = new ArrayList<>();
        for (int o = 0; o < options; o++) {
            final int count = 1 + random.nextInt(5);
            final double share = random.nextDouble();
            final double time = base + (1 - share) * bytes / 350e6 * 1e9;
            final boolean partial = random.nextInt(4) == 0;
            final double[] weights = random.doubles(count, 0.3, 1.5).toArray();
            double sum = 0;
            for (final double weight : weights) {
                sum += weight;
            }
            final List<MenuOption.Piece> pieces = new ArrayList<>();
            for (int j = 0; j < count; j++) {
                pieces.add(new MenuOption.Piece((long) (share * bytes * weights[j] / sum), partial && j == 0 ? 1000 : 0,
                    700_000 + (long) (time * weights[j] / sum)));
            }
            menu.add(new MenuOption(pieces));
        }
        return menu;
    }
}
