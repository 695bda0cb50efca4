package org.tactus.internal.work;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Prepares segments that are code of the embedding program, on CPU devices. The dispatcher of the device calls it, so what it does
 * costs every task there: it should neither wait nor allocate, and it takes at most the segment's WCET. An exception stops its task alone.
 * Its first runs are slow, as of all Java code: warm it up before the start.
 */
public final class CodeWorks implements WorkFactory {
    private final WorkFactory others;
    private final Map<String, Map<Integer, JavaSegment>> code = new HashMap<>();

    /** What a segment does. */
    @FunctionalInterface
    public interface JavaSegment {
        /**
         * Does the segment's part of one job. Called by the device's dispatcher, by one thread at a time.
         *
         * @param job number of the job, from 0
         * @throws Exception when it breaks; its task is stopped
         */
        void run(long job) throws Exception;
    }

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
     * Gives a segment its code. Called before the task is admitted.
     *
     * @param task    name of a task without a network
     * @param segment index in it, from 0
     * @param what    what it does
     * @return this
     */
    public CodeWorks segment(final String task, final int segment, final JavaSegment what) {
        code.computeIfAbsent(task, name -> new HashMap<>()).put(segment, what);
        return this;
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        final List<SegmentWork> works = new ArrayList<>(others.prepare(set, devices, task, seed));
        code.getOrDefault(task.name(), Map.of()).forEach((segment, what) -> {
            check(set, task, segment);
            works.set(segment, new CodeWork(what, works.get(segment)));
        });
        return works;
    }

    private static void check(final TaskSet set, final Task task, final int segment) {
        final String text = "code for segment " + segment + " of task '" + task.name() + "': ";
        if (task.model().isPresent()) {
            throw wrong(segment, text + "the task has a network, which computes by itself; give code to a task without a model");
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

    /** The code, in place of a work that only takes time; on an accelerator that the segment is offered to, that time is taken. */
    private record CodeWork(JavaSegment what, SegmentWork timed) implements SegmentWork {
        @Override
        public void run(final long job) throws Exception {
            what.run(job);
        }

        @Override
        public long modelledNs(final long job) {
            return timed.modelledNs(job);
        }

        @Override
        public SegmentWork offered() {
            return timed.offered();
        }

        @Override
        public void terminate() {
            // code of the program ends by itself
        }

        @Override
        public void close() {
            timed.close();
        }
    }
}
