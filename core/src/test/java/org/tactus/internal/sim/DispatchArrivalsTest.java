// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.event.EventType;
import org.tactus.model.Overheads;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * Between two starts of segments on a device no more messages reach its dispatcher than dispatch is charged for, in sets that are
 * schedulable. Sets and seeds as in {@link BoundsHoldTest}.
 */
class DispatchArrivalsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 2000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);

    private int checked;
    private int reached;

    private record Event(int type, long timeNs, int device) {
    }

    @Test
    void shouldHandleNoMoreArrivalsBetweenTwoStartsThanAreChargedWhenSetsAreSchedulable() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
                check(seed, RandomSets.make(seed, policy));
                check(seed, ReclaimBoundsTest.make(seed, policy));
                check(seed, AlwaysReadyTest.softened(RandomSets.make(seed, policy), new SplittableRandom(seed)));
            }
        }
        System.out.printf("%d schedulable sets, in %d of them all arrivals came together on some device%n", checked, reached);
        assertTrue(SETS < 100 || checked > SETS / 4 && reached > SETS / 10,
            "too few sets were schedulable, or the charge is never reached");
    }

    private void check(final long seed, final TaskSet drawn) {
        final TaskSet set = with(Overheads.NONE, drawn);
        final TaskSet charged = with(new Overheads(0, 0, 0, 1, 0, 0, 0), drawn);
        final boolean schedulable = Analyses.names().stream().map(name -> Analyses.byName(name).orElseThrow())
            .filter(test -> !List.of("fp", "edf").contains(test.name())).filter(test -> test.applies(set).isEmpty())
            .anyMatch(test -> isSchedulable(test, set));
        if (!schedulable) {
            return;
        }
        checked++;
        final List<Event> events = new ArrayList<>();
        Simulation.run(set, RandomSets.options(set, seed).withOverheads(OverheadTime.ZERO), "",
            Collections.nCopies(set.tasks().size(), OptionalLong.empty()), (type, timeNs, device, task, segment, job, argument) -> {
                if (type == EventType.RELEASE || type == EventType.ARRIVE || type == EventType.START) {
                    events.add(new Event(type, timeNs, device));
                }
            });
        // What arrives at the instant of a start may have been handled before it.
        events.sort(Comparator.comparingLong(Event::timeNs).thenComparing(event -> event.type == EventType.START));
        final int devices = set.platform().devices().size();
        final long[] arrived = new long[devices];
        boolean full = false;
        for (final Event event : events) {
            if (event.type == EventType.START) {
                arrived[event.device] = 0;
            } else if (++arrived[event.device] > charged.dispatchNs(event.device)) {
                fail(arrived[event.device] + " arrivals on device " + event.device + " at " + event.timeNs + ", charged are "
                    + charged.dispatchNs(event.device) + "; seed " + seed + ", " + set + ", " + Arrays.toString(arrived));
            }
            full |= set.tasks().size() > 1 && event.type != EventType.START && arrived[event.device] == charged.dispatchNs(event.device);
        }
        reached += full ? 1 : 0;
    }

    private static TaskSet with(final Overheads overheads, final TaskSet set) {
        return new TaskSet(set.name(), set.policy(), overheads, set.platform(), set.tasks());
    }

    private static boolean isSchedulable(final SchedulabilityTest test, final TaskSet set) {
        return test.analyze(set).schedulable();
    }
}
