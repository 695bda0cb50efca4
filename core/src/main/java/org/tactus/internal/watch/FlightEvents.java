// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.util.OptionalLong;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.MovesUnderWay;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Platform;
import org.tactus.result.Stall;

/**
 * Tells the JDK's Flight Recorder what happens in a run. Of the monitor's thread alone, so that no dispatcher does anything for it. While
 * nothing records it costs a read of a word. An event's own time is when the monitor saw it; {@code at} is when it happened.
 */
public final class FlightEvents implements EventHandler {
    private static final String TACTUS = "Tactus";
    private static final String[] LIMITS = {"none", "waiting jobs", "jobs to come", "load"};
    /** The Flight Recorder is a module that an image may lack. */
    private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final Platform platform;
    private final String[] names;
    private final MovesUnderWay underWay;
    private long zeroNs;

    /**
     * Makes a teller.
     *
     * @param platform     the devices
     * @param taskCapacity largest task index plus 1
     */
    public FlightEvents(final Platform platform, final int taskCapacity) {
        this.platform = platform;
        this.names = new String[taskCapacity];
        this.underWay = new MovesUnderWay(platform.devices().size());
    }

    /**
     * Sets time zero of the run.
     *
     * @param ns in the clock of the events
     */
    public void zero(final long ns) {
        zeroNs = ns;
    }

    private static boolean isIdle() {
        return !PRESENT || !FlightRecorder.isInitialized();
    }

    private String name(final int task) {
        return task >= 0 && task < names.length && names[task] != null ? names[task] : "";
    }

    private String device(final int index) {
        return index >= 0 ? platform.devices().get(index).name() : "";
    }

    /**
     * Tells that a task was admitted.
     *
     * @param index   of its record
     * @param task    its name
     * @param boundNs what the analysis promised, if anything
     */
    public void admitted(final int index, final String task, final OptionalLong boundNs) {
        names[index] = task;
        if (!isIdle()) {
            final Admission event = new Admission();
            if (event.shouldCommit()) {
                event.task = task;
                event.bound = boundNs.orElse(-1);
                event.commit();
            }
        }
    }

    /**
     * Tells that a task or a set was refused.
     *
     * @param what   the name of the task or of the set
     * @param reason of the analysis
     */
    public static void refused(final String what, final String reason) {
        if (!isIdle()) {
            final Refusal event = new Refusal();
            if (event.shouldCommit()) {
                event.task = what;
                event.reason = reason;
                event.commit();
            }
        }
    }

    /**
     * Tells that something took time away.
     *
     * @param stall when, for how long, and who saw it; nanoseconds since time zero
     */
    public static void stalled(final Stall stall) {
        if (!isIdle()) {
            final Stalled event = new Stalled();
            if (event.shouldCommit()) {
                event.where = stall.where();
                event.cause = stall.cause();
                event.at = stall.atNs();
                event.length = stall.lengthNs();
                event.taken = stall.takenNs();
                event.commit();
            }
        }
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (type == EventType.SWAP_IN || type == EventType.SWAP_OUT) { // also while nothing records: a recording may begin before its end
            underWay.begin(device, task, type == EventType.SWAP_IN, timeNs);
            return;
        }
        int direction = MovesUnderWay.NONE;
        if (type == EventType.SWAP_END) {
            direction = underWay.end(device, task);
            if (direction == MovesUnderWay.NONE) {
                underWay.clear(device); // its begin was dropped, and maybe other ends
                return;
            }
        }
        if (isIdle()) {
            return;
        }
        switch (type) {
            case EventType.MISS -> missed(timeNs, device, task, job, argument);
            case EventType.OVERRUN -> overrun(timeNs, device, task, segment, job, argument);
            case EventType.LEVEL -> level(timeNs, device, task, segment, job, argument);
            case EventType.SWAP_END -> swapped(timeNs, device, direction, task, segment, argument);
            default -> { }
        }
    }

    private void missed(final long timeNs, final int device, final int task, final long job, final long lateNs) {
        final DeadlineMiss event = new DeadlineMiss();
        if (event.shouldCommit()) {
            event.task = name(task);
            event.job = job;
            event.device = device(device);
            event.at = timeNs - zeroNs;
            event.lateness = lateNs;
            event.commit();
        }
    }

    private void overrun(
        final long timeNs, final int device, final int task, final int segment, final long job, final long beyondNs) {
        final Overrun event = new Overrun();
        if (event.shouldCommit()) {
            event.task = name(task);
            event.job = job;
            event.segment = segment;
            event.device = device(device);
            event.at = timeNs - zeroNs;
            event.beyond = beyondNs;
            event.commit();
        }
    }

    private void level(final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        final LevelChosen event = new LevelChosen();
        if (event.shouldCommit()) {
            event.task = name(task);
            event.job = job;
            event.segment = segment;
            event.device = device(device);
            event.at = timeNs - zeroNs;
            event.level = (int) (argument & EventType.LEVEL_MASK);
            event.limit = LIMITS[(int) (argument >> EventType.LEVEL_BITS & LIMITS.length - 1)];
            event.commit();
        }
    }

    private void swapped(
        final long timeNs, final int device, final int direction, final int task, final int first, final long chunks) {
        final Swap event = new Swap();
        if (event.shouldCommit()) {
            event.task = name(task);
            event.device = device(device);
            event.at = underWay.startNs(device, direction) - zeroNs;
            event.length = timeNs - underWay.startNs(device, direction);
            event.in = direction == MovesUnderWay.IN;
            event.firstChunk = first;
            event.chunks = chunks;
            event.bytes = chunks * platform.devices().get(device).memory().map(DeviceMemory::chunkBytes).orElse(0L);
            event.commit();
        }
    }

    /** A task was admitted. */
    @Name("tactus.Admission")
    @Label("Admission")
    @Description("A task was admitted")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class Admission extends Event {
        @Label("Task")
        private String task;
        @Label("Bound")
        @Description("What the analysis promises for the response; -1 ns without a bound")
        @Timespan(Timespan.NANOSECONDS)
        private long bound;
    }

    /** A task or a set was refused. */
    @Name("tactus.Refusal")
    @Label("Refusal")
    @Description("The analysis has refused a task or a set")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class Refusal extends Event {
        @Label("Task or Set")
        private String task;
        @Label("Reason")
        private String reason;
    }

    /** Something took time away. */
    @Name("tactus.Stall")
    @Label("Stall")
    @Description("Something took time away from the run")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class Stalled extends Event {
        @Label("Where")
        private String where;
        @Label("Cause")
        private String cause;
        @Label("At")
        @Description("When it began, since time zero of the run")
        @Timespan(Timespan.NANOSECONDS)
        private long at;
        @Label("Length")
        @Description("Of the window in which time was taken away")
        @Timespan(Timespan.NANOSECONDS)
        private long length;
        @Label("Taken")
        @Description("How much of the window was taken away")
        @Timespan(Timespan.NANOSECONDS)
        private long taken;
    }

    /** A job was late. */
    @Name("tactus.DeadlineMiss")
    @Label("Deadline Miss")
    @Description("A job ended after its deadline")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class DeadlineMiss extends Event {
        @Label("Task")
        private String task;
        @Label("Job")
        private long job;
        @Label("Device")
        private String device;
        @Label("At")
        @Description("When the job ended, since time zero of the run")
        @Timespan(Timespan.NANOSECONDS)
        private long at;
        @Label("Lateness")
        @Timespan(Timespan.NANOSECONDS)
        private long lateness;
    }

    /** A segment ran too long. */
    @Name("tactus.Overrun")
    @Label("Overrun")
    @Description("A segment ran past its WCET")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class Overrun extends Event {
        @Label("Task")
        private String task;
        @Label("Job")
        private long job;
        @Label("Segment")
        private int segment;
        @Label("Device")
        private String device;
        @Label("At")
        @Description("When the segment ended, since time zero of the run")
        @Timespan(Timespan.NANOSECONDS)
        private long at;
        @Label("Beyond the WCET")
        @Timespan(Timespan.NANOSECONDS)
        private long beyond;
    }

    /** A level was chosen. */
    @Name("tactus.LevelChosen")
    @Label("Level Chosen")
    @Description("The level of a segment that has several was chosen")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class LevelChosen extends Event {
        @Label("Task")
        private String task;
        @Label("Job")
        private long job;
        @Label("Segment")
        private int segment;
        @Label("Device")
        private String device;
        @Label("At")
        @Description("When it was chosen, since time zero of the run")
        @Timespan(Timespan.NANOSECONDS)
        private long at;
        @Label("Level")
        private int level;
        @Label("Limit")
        @Description("Why none that gains more: none, waiting jobs, jobs to come, load")
        private String limit;
    }

    /** Chunks have moved. */
    @Name("tactus.Swap")
    @Label("Swap")
    @Description("Chunks of a task's memory have moved")
    @Category(TACTUS)
    @StackTrace(false)
    private static final class Swap extends Event {
        @Label("Task")
        private String task;
        @Label("Device")
        private String device;
        @Label("At")
        @Description("When the move began, since time zero of the run")
        @Timespan(Timespan.NANOSECONDS)
        private long at;
        @Label("Length")
        @Timespan(Timespan.NANOSECONDS)
        private long length;
        @Label("In")
        @Description("Whether it was brought in, otherwise it went out")
        private boolean in;
        @Label("First Chunk")
        private int firstChunk;
        @Label("Chunks")
        private long chunks;
        @Label("Bytes")
        @DataAmount
        private long bytes;
    }
}
