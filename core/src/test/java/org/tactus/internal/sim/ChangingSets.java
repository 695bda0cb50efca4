// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.SplittableRandom;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Random tasks that come and go: small integer times, so that changes often fall on the very instant of other events. */
final class ChangingSets {
    private ChangingSets() {
    }

    /** More tasks than can run at once, on one to three devices; often equal priorities, sometimes offers, jitter and overheads. */
    static TaskSet make(final long seed, final PolicyKind policy) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int devices = 1 + random.nextInt(3);
        final boolean offers = devices > 1 && random.nextInt(3) == 0;
        final TaskSetBuilder builder = TaskSet.builder("changing").policy(policy).overheads(random.nextInt(3) != 0 ? Overheads.NONE
            : new Overheads(random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(2), 0));
        for (int d = 0; d < devices; d++) {
            builder.device(d > 0 ? DeviceSpec.modelled("d" + d) : DeviceSpec.cpu("d0"));
        }
        final int tasks = 4 + random.nextInt(5);
        for (int i = 0; i < tasks; i++) {
            builder.task("t" + i, task -> {
                final int segments = random.nextInt(3) == 0 ? 1 + random.nextInt(10) : 1 + random.nextInt(3);
                final boolean here = random.nextInt(2) == 0;
                final int only = random.nextInt(devices);
                boolean offered = false;
                long total = 0;
                for (int j = 0; j < segments; j++) {
                    final int device = here ? only : random.nextInt(devices);
                    final long cost = 1 + random.nextInt(segments > 4 ? 4 : 12);
                    task.segment("d" + device, cost);
                    if (offers && device == 0 && j > 0 && random.nextInt(2) == 0) {
                        task.offer("d1", 1 + random.nextInt((int) cost));
                        offered = true;
                    }
                    total += cost;
                }
                if (offered) {
                    task.reclaim(new Reclaim(1 + random.nextInt(14), 1 + random.nextInt(4), 1 + random.nextInt(10)));
                }
                final long period = total * 2 + (long) (total * 3 * random.nextDouble()) + random.nextInt(4);
                task.periodNs(period).deadlineNs(random.nextInt(3) == 0 ? period - random.nextLong(period / 3 + 1) : period);
                task.offsetNs(random.nextInt(2) == 0 ? 0 : random.nextLong(period));
                task.jitterNs(random.nextInt(5) == 0 ? random.nextLong(period / 4 + 1) : 0);
                task.release(random.nextInt(4) == 0 ? Release.SPORADIC : Release.PERIODIC);
                if (policy == PolicyKind.FIXED_PRIORITY && random.nextInt(2) == 0) {
                    task.priority(1 + random.nextInt(4));
                }
            });
        }
        return builder.build();
    }
}
