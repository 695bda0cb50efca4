// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Limits;
import org.tactus.model.Overheads;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** What must hold between bounds of related sets, and of several tests on one set. */
class BoundPropertiesTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1500);
    private static final long SEED = Long.getLong("tactus.property.seed", 4711);

    @Test
    void shouldNeverLowerABoundWhenAWcetGrows() {
        final long seed = SEED;
        final SplittableRandom random = new SplittableRandom(seed);
        int compared = 0;
        for (int s = 0; s < SETS; s++) {
            final TaskSet set = draw(random, s % 2 == 0 ? 1 : 3, s % 4 < 2 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY);
            final TaskSet more = grown(set, random);
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                if (!test.applies(set).isEmpty()) {
                    continue;
                }
                final Verdict before = test.analyze(set);
                final Verdict after = test.analyze(more);
                for (int i = 0; i < set.tasks().size(); i++) {
                    final TaskVerdict low = before.tasks().get(i);
                    final TaskVerdict high = after.tasks().get(i);
                    compared += high.bounded() ? 1 : 0;
                    assertTrue(!high.bounded() || low.bounded() && low.responseBoundNs() <= high.responseBoundNs(),
                        () -> name + " seed " + seed + ": " + before + " fell to " + after + " for " + set + " grown to " + more);
                    ExplanationChecks.check(low, name + " seed " + seed + " " + set);
                }
            }
        }
        assertTrue(compared > SETS, "too few bounds to say anything: " + compared);
    }

    @Test
    void shouldNeverBeAboveALooserTest() {
        final long seed = SEED + 1;
        final SplittableRandom random = new SplittableRandom(seed);
        for (int s = 0; s < SETS; s++) {
            final PolicyKind policy = s % 2 == 0 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY;
            final TaskSet set = draw(random, s % 4 < 2 ? 1 : 3, policy);
            final String family = policy == PolicyKind.EDF ? "edf" : "fp";
            final List<String> order = policy == PolicyKind.EDF ? List.of("seg-edf", "chain-edf-x", "chain-edf")
                : List.of("seg-fp", "chain-fp-budget", "chain-fp");
            Verdict last = null;
            for (final String name : order) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                if (!test.applies(set).isEmpty()) {
                    continue;
                }
                final Verdict next = test.analyze(set);
                final Verdict tighter = last;
                for (int i = 0; tighter != null && next.schedulable() && i < set.tasks().size(); i++) {
                    final int at = i;
                    assertTrue(tighter.tasks().get(i).bounded()
                            && tighter.tasks().get(i).responseBoundNs() <= next.tasks().get(at).responseBoundNs(),
                        () -> family + " seed " + seed + ": " + tighter + " above " + next + " for " + set);
                }
                last = next;
            }
        }
    }

    @Test
    void shouldWalkABoundedWayWhenNumbersAreExtreme() {
        final long huge = Long.MAX_VALUE / 2;
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet set = TaskSet.builder("huge").policy(policy).device(DeviceSpec.modelled("g"))
                .overheads(new Overheads(1000, 1000, 1000, 1000, 1000))
                .task("a", t -> t.periodNs(2_000_001).segment("g", 1_997_000)).task("b", t -> t.periodNs(huge).segment("g", huge / 2000))
                .task("c", t -> t.periodNs(huge).jitterNs(huge).segment("g", huge / 3)).build();
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                if (test.applies(set).isEmpty()) {
                    final Verdict verdict = test.analyze(set);
                    assertTrue(!verdict.schedulable(), verdict::toString);
                    verdict.tasks().forEach(TaskVerdict::explanation);
                }
            }
        }
    }

    /** Two tasks leave less than a millionth of the device to the others: a fixed point that is far must be given up in time. */
    @Test
    @Timeout(60)
    void shouldGiveUpInTimeWhenUtilisationIsAlmostOne() {
        final long hour = 3_600_000_000_000L;
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet set = TaskSet.builder("almost").policy(policy).device(DeviceSpec.modelled("g")).device(DeviceSpec.modelled("h"))
                .task("a", t -> t.periodNs(1_000_000).segment("g", 500_000)).task("b", t -> t.periodNs(1_000_001).segment("g", 500_000))
                .task("c", t -> t.periodNs(hour).segment("g", 1)).task("d", t -> t.periodNs(hour).jitterNs(1).segment("g", 1))
                .task("e", t -> t.periodNs(hour + 1).segment("h", hour / 2).segment("g", 1).segment("h", 3)).build();
            final TaskSet one = new TaskSet(set.name(), policy, set.overheads(), set.platform(), set.tasks().subList(0, 4));
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                for (final TaskSet asked : List.of(set, one)) {
                    if (test.applies(asked).isEmpty()) {
                        final Verdict verdict = test.analyze(asked);
                        assertTrue(verdict.schedulable() == verdict.reason().isEmpty(), verdict.reason());
                    }
                }
            }
        }
    }

    @Test
    void shouldNeverBoundByAnOverflowWhenSwappingIsExtreme() {
        final long huge = Limits.MAX_TIME_NS;
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (final SwapProtocol protocol : SwapProtocol.values()) {
                final DeviceMemory memory = new DeviceMemory(1000, 10, protocol, huge, huge, huge, huge);
                final TaskSet set = TaskSet.builder("huge").policy(policy).device(DeviceSpec.modelled("g").withMemory(memory))
                    .overheads(new Overheads(1, 1, 1, 1, huge))
                    .task("small", t -> t.periodNs(100_000).segment("g", 1_000))
                    .task("large", t -> t.periodNs(huge).memory(new TaskMemory(990, OptionalLong.of(990), Optional.empty()))
                        .segment("g", huge)).build();
                for (final String name : Analyses.names()) {
                    final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                    if (test.applies(set).isEmpty()) {
                        final Verdict verdict = test.analyze(set);
                        assertTrue(verdict.tasks().stream().noneMatch(TaskVerdict::bounded), () -> name + ": " + verdict);
                        verdict.tasks().forEach(TaskVerdict::explanation);
                    }
                }
            }
        }
    }

    static TaskSet draw(final SplittableRandom random, final int devices, final PolicyKind policy) {
        final TaskSetBuilder builder = TaskSet.builder("drawn").policy(policy);
        for (int r = 0; r < devices; r++) {
            builder.device(DeviceSpec.modelled("d" + r));
        }
        if (random.nextInt(3) == 0) {
            builder.overheads(new Overheads(random.nextInt(3), random.nextInt(3), random.nextInt(4), random.nextInt(3), random.nextInt(5)));
        }
        final int tasks = random.nextInt(2, 6);
        for (int i = 0; i < tasks; i++) {
            final int segments = random.nextInt(3) == 0 ? 1 : random.nextInt(1, 6);
            final long[] wcets = random.longs(segments, 1, 20).toArray();
            long sum = 0;
            for (final long wcet : wcets) {
                sum += wcet;
            }
            final long period = (long) (sum * (1.5 + random.nextDouble() * 3 * tasks));
            final long deadline = random.nextLong(sum, period + 1);
            final long jitter = random.nextInt(3) == 0 ? random.nextLong(0, 1 + period / 5) : 0;
            builder.task("t" + i, t -> {
                t.periodNs(period).deadlineNs(deadline).jitterNs(jitter);
                for (final long wcet : wcets) {
                    t.segment("d" + random.nextInt(devices), wcet);
                }
            });
        }
        return builder.build();
    }

    private static TaskSet grown(final TaskSet set, final SplittableRandom random) {
        final List<Task> tasks = new ArrayList<>(set.tasks());
        final int which = random.nextInt(tasks.size());
        final Task task = tasks.get(which);
        final List<Segment> segments = new ArrayList<>(task.segments());
        final int at = random.nextInt(segments.size());
        final Segment old = segments.get(at);
        segments.set(at, new Segment(old.device(), old.wcetNs() + random.nextInt(1, 4), old.actual()));
        tasks.set(which, new Task(task.name(), task.periodNs(), task.deadlineNs(), task.offsetNs(), task.jitterNs(), task.release(),
            task.priority(), task.onOverrun(), task.onBacklog(), task.memory(), task.model(), segments));
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }
}
