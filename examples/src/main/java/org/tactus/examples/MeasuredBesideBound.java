// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.util.Locale;
import java.util.SplittableRandom;
import org.tactus.Tactus;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * A small study: draws task sets over utilisation, asks the analysis, simulates those that it accepts with the scheduling code of
 * production, and prints how near the largest response comes to its bound.
 */
public final class MeasuredBesideBound {
    private static final int TASKS = 4;
    private static final int SETS = 50;
    private static final long SIMULATED_NS = 5_000_000_000L;

    private MeasuredBesideBound() {
    }

    private static TaskSet draw(final double utilisation, final SplittableRandom random) {
        final double[] shares = random.doubles(TASKS, 0.1, 1).toArray();
        double sum = 0;
        for (final double share : shares) {
            sum += share;
        }
        final var builder = TaskSet.builder("drawn").device(DeviceSpec.cpu("cpu0"));
        for (int i = 0; i < TASKS; i++) {
            final long periodNs = Math.round(1e6 * Math.exp(random.nextDouble(Math.log(10), Math.log(200))));
            final long wcetNs = Math.max(1, Math.round(periodNs * utilisation * shares[i] / sum));
            builder.task("t" + i, t -> t.periodNs(periodNs).segment("cpu0", wcetNs));
        }
        return builder.build();
    }

    /**
     * Prints a line a utilisation.
     *
     * @param arguments the seed; 1 without it
     */
    public static void main(final String[] arguments) {
        final SplittableRandom random = new SplittableRandom(arguments.length == 0 ? 1 : Long.parseLong(arguments[0]));
        System.out.println("utilisation  accepted  largest response / bound: mean, largest");
        for (double utilisation = 0.3; utilisation < 1; utilisation += 0.2) {
            int accepted = 0;
            double ratios = 0;
            double largest = 0;
            for (int i = 0; i < SETS; i++) {
                final TaskSet set = draw(utilisation, random);
                final Verdict verdict = Tactus.analyze(set);
                if (verdict.schedulable()) {
                    accepted++;
                    final RunResult result = Tactus.simulate(set, SIMULATED_NS, i);
                    for (final TaskResult task : result.tasks()) {
                        ratios += task.tightness() / TASKS;
                        largest = Math.max(largest, task.tightness());
                    }
                }
            }
            System.out.printf(Locale.ROOT, "%11.1f  %5d/%d  %.3f, %.3f%n", utilisation, accepted, SETS,
                ratios / Math.max(1, accepted), largest);
        }
    }
}
