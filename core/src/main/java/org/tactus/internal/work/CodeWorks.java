// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.LeveledWork;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.WrappedWork;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.SegmentCode;

/**
 * Prepares segments that execute code of the embedding program on CPU devices. Another factory prepares the segments for which no code was
 * given.
 */
public final class CodeWorks implements WorkFactory {
    private final WorkFactory others;
    private final Map<String, Map<Integer, SegmentCode>> code = new HashMap<>();

    /** Makes a factory; segments that no code was given for only take their time. */
    public CodeWorks() {
        this(new TimedWorks());
    }

    /**
     * Makes a factory.
     *
     * @param others prepares the segments that no code was given for, and whole tasks of such
     */
    public CodeWorks(final WorkFactory others) {
        this.others = others;
    }

    /**
     * Gives a segment its code. Called before the task is admitted: for tasks of the set before the start, which refuses code for tasks
     * that the set does not have; for others between the start and their admission.
     *
     * @param task    name of a task without a network, or {@link Task#levelName} of a level above 0
     * @param segment index in it, from 0
     * @param what    what it does
     * @return this
     * @throws InvalidTaskSetException when there is no code
     */
    public CodeWorks segment(final String task, final int segment, final SegmentCode what) {
        if (what == null) {
            throw wrong(segment, "code for segment " + segment + " of task '" + task
                + "': null is no code; leave the segment out and it only takes its time");
        }
        code.computeIfAbsent(task, name -> new HashMap<>()).put(segment, what);
        return this;
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        if (set.tasks().contains(task)) { // at the start; a task that is added later is not in the set
            checkNames(set);
        }
        final Map<Integer, SegmentCode> own = code.getOrDefault(task.name(), Map.of());
        own.keySet().forEach(segment -> check(set, task, segment)); // before the others prepare works, which would stay open
        checkLevels(task, own.keySet());
        final List<SegmentWork> works = new ArrayList<>(others.prepare(set, devices, task, seed));
        own.forEach((segment, what) -> works.set(segment, work(task, segment, what, works.get(segment))));
        return works;
    }

    /** The code of a segment, in as many sizes as have code. */
    private SegmentWork work(final Task task, final int segment, final SegmentCode what, final SegmentWork timed) {
        final List<SegmentWork> sizes = new ArrayList<>(List.of(new CodeWork(what, timed)));
        for (int k = 1; ofLevel(task, segment, k) != null; k++) {
            sizes.add(new CodeWork(ofLevel(task, segment, k), timed));
        }
        return sizes.size() == 1 ? sizes.getFirst() : new LeveledWork(sizes);
    }

    private SegmentCode ofLevel(final Task task, final int segment, final int level) {
        return code.getOrDefault(Task.levelName(task.name(), segment, level), Map.of()).get(segment);
    }

    /** Refuses code for a level that the segment has not, or below which one has none: levels are taken from the first on. */
    private void checkLevels(final Task task, final Set<Integer> withCode) {
        final Set<String> expected = new HashSet<>();
        for (final int segment : withCode) {
            for (int k = 1; k < task.segments().get(segment).levels().size() && ofLevel(task, segment, k) != null; k++) {
                expected.add(Task.levelName(task.name(), segment, k));
            }
        }
        for (final String name : code.keySet()) {
            if (name.startsWith(task.name() + '/') && !expected.contains(name)) {
                throw new InvalidTaskSetException("tasks", "code was given for '" + name + "' (task/segment/level), and there is no such"
                    + " level, or one below it has no code; give code to the levels from 0 on");
            }
        }
    }

    private void checkNames(final TaskSet set) {
        final List<String> names = set.tasks().stream().map(Task::name).toList();
        for (final String name : code.keySet()) {
            if (!names.contains(name.contains("/") ? name.substring(0, name.indexOf('/')) : name)) {
                throw new InvalidTaskSetException("tasks", "code was given for task '" + name
                    + "', and the set has no such task; its tasks are " + String.join(", ", names)
                    + ". Give code for a task that is added later after the start");
            }
        }
    }

    private static void check(final TaskSet set, final Task task, final int segment) {
        final String text = "code for segment " + segment + " of task '" + task.name() + "': ";
        if (task.model().isPresent()) {
            throw wrong(segment, text + "the task has a network, which computes by itself; give code to a task without a model");
        }
        if (segment >= 0 && segment < task.segments().size()
            && task.segments().get(segment).levels().stream().anyMatch(level -> level.model().isPresent())) {
            throw wrong(segment, text + "its levels have networks, which compute by themselves; give code to a segment without");
        }
        if (segment < 0 || segment >= task.segments().size()) {
            throw wrong(segment, text + "there is no such segment; the last one is " + (task.segments().size() - 1));
        }
        final DeviceSpec device = set.platform().devices().get(task.segments().get(segment).device());
        if (device.kind() != DeviceKind.CPU) {
            throw wrong(segment, text + "it runs on '" + device.name() + "', which is no CPU device; code runs on those only");
        }
    }

    private static InvalidTaskSetException wrong(final int segment, final String message) {
        return new InvalidTaskSetException("segments[" + segment + ']', message);
    }

    @Override
    public String driver() {
        return others.driver();
    }

    /** Runs user code on the CPU; on an accelerator that the segment is offered to it delegates to the timed work. */
    private record CodeWork(SegmentCode what, SegmentWork wrapped) implements WrappedWork {
        @Override
        public void run(final long job) throws Exception {
            what.run(job);
        }

        @Override
        public void terminate() {
            // code of the program ends by itself
        }
    }
}
