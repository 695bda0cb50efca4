// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.Printable;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.Stall;

/**
 * Writes {@code trace.json} in Chrome's trace event format, which Perfetto opens: devices as tracks of segments, jobs as
 * asynchronous spans from nominal release to end with a flow along each hand-over, counters of live and waiting jobs, marks
 * for what went wrong, and stalls as a track of their own.
 *
 * <p>Streams: no heap grows with the length of the run; the order of the events takes 8 bytes an event beside it, and as much again
 * where a ring is fitted. Beyond a size cap the rest is left out, what is open is closed, and a last mark and {@code otherData} say so. Of
 * a ring the oldest events are left out instead: it is kept for its end.
 */
public final class PerfettoTrace implements EventHandler {
    /** Most bytes of a trace unless told otherwise. */
    public static final long DEFAULT_MAX_BYTES = 200L << 20;
    private static final int DEVICES = 1;
    private static final int JOBS = 2;
    private static final int PLATFORM = 3;
    private static final int NONE = -1;
    private static final int TRANSIT = -2;

    private final TaskSet set;
    private final long zeroNs;
    private final PerfettoWriter out;
    private final PerfettoMemory memory;
    private final Slot[] slots;
    private final int[] running;
    /** Of each device, what was preempted, the last first. */
    private final List<Deque<Piece>> preempted;
    private final long[] startNs;
    private final int[] runningSegment;
    private final long[] trackEndNs;
    private final int[] waiting;
    private int live;
    private long flow;
    private long lastNs;

    /** What is known of a task's live job. */
    private static final class Slot {
        private boolean open;
        private long job;
        private long nominalNs;
        private int waitsOn = NONE;
        private int ranOn = NONE;
        private int handedFrom = NONE;
        private long handedNs;
    }

    /** A segment that waits for what has preempted it. */
    private record Piece(int task, int segment) {
    }

    private PerfettoTrace(final TaskSet set, final int taskSlots, final long zeroNs, final PerfettoWriter out) {
        this.set = set;
        this.zeroNs = zeroNs;
        this.out = out;
        this.memory = new PerfettoMemory(set, DEVICES, out);
        this.slots = new Slot[taskSlots];
        for (int i = 0; i < taskSlots; i++) {
            slots[i] = new Slot();
        }
        final int devices = set.platform().devices().size();
        this.running = new int[devices];
        Arrays.fill(running, NONE);
        this.preempted = new ArrayList<>();
        set.platform().devices().forEach(device -> preempted.add(new ArrayDeque<>()));
        this.startNs = new long[devices];
        this.runningSegment = new int[devices];
        this.trackEndNs = new long[devices];
        this.waiting = new int[devices];
    }

    /**
     * Writes a trace.
     *
     * @param set      the tasks by index and the devices
     * @param events   what happened
     * @param zeroNs   time zero of the run in the clock of the events
     * @param stalls   earliest first, nanoseconds since time zero
     * @param file     where; replaced when it exists
     * @param maxBytes most bytes to write, give or take the end of what is open
     * @return events of the file that were left out because of the cap, and events that the file had refused before; of a ring, where
     *     {@link #fit} leaves older ones out, 0
     * @throws IOException when it cannot be written; the old file is there then
     */
    public static long write(
        final TaskSet set, final EventFile events, final long zeroNs, final List<Stall> stalls, final Path file, final long maxBytes)
        throws IOException {
        final long[] left = {0};
        try {
            WholeFile.write(file, out -> left[0] = write(set, events, zeroNs, stalls, out, maxBytes));
        } catch (final UncheckedIOException e) {
            throw new IOException("cannot write " + Printable.line(file) + ": " + e.getCause().getMessage(), e.getCause());
        }
        return left[0];
    }

    private static int slots(final TaskSet set, final EventFile events) {
        final int[] slots = {set.tasks().size()};
        for (long i = 0; i < events.size(); i++) {
            events.replay(i, (type, timeNs, device, task, segment, job, argument) -> slots[0] = Math.max(slots[0], task + 1));
        }
        return slots[0];
    }

    /**
     * Leaves the oldest events of a ring out until a trace of the rest is small enough; other files are left as they are. It writes the
     * trace to nowhere to learn how long each event is. {@link #write} does it, too; call it before to learn where the trace will begin.
     *
     * @param set      the tasks by index and the devices
     * @param events   what happened
     * @param zeroNs   time zero of the run in the clock of the events
     * @param maxBytes most bytes of the trace, give or take a few kilobytes
     * @throws IOException never, for nothing is written
     */
    public static void fit(final TaskSet set, final EventFile events, final long zeroNs, final long maxBytes) throws IOException {
        if (!events.isRing() || events.size() == 0) {
            return;
        }
        try (PerfettoWriter out = new PerfettoWriter(OutputStream.nullOutputStream()); Arena arena = Arena.ofConfined()) {
            final PerfettoTrace trace = new PerfettoTrace(set, slots(set, events), zeroNs, out);
            trace.names();
            final MemorySegment order = events.order(arena);
            final MemorySegment bytesBefore = arena.allocate(ValueLayout.JAVA_LONG, events.size());
            for (long i = 0; i < events.size(); i++) {
                bytesBefore.setAtIndex(ValueLayout.JAVA_LONG, i, out.bytes());
                final int record = order.getAtIndex(ValueLayout.JAVA_INT, i);
                if (events.isKept(record)) {
                    events.replay(record, trace);
                }
            }
            trace.closeOpen();
            long first = 0;
            while (first < events.size() - 1 && out.bytes() - bytesBefore.getAtIndex(ValueLayout.JAVA_LONG, first) > maxBytes) {
                first++;
            }
            if (first > 0) {
                events.keepFrom(Math.max(events.fromNs(), events.timeNs(order.getAtIndex(ValueLayout.JAVA_INT, first))));
            }
        }
    }

    private static long write(
        final TaskSet set, final EventFile events, final long zeroNs, final List<Stall> stalls, final OutputStream file,
        final long maxBytes) throws IOException {
        fit(set, events, zeroNs, maxBytes);
        try (PerfettoWriter out = new PerfettoWriter(file); Arena arena = Arena.ofConfined()) {
            final PerfettoTrace trace = new PerfettoTrace(set, slots(set, events), zeroNs, out);
            trace.names();
            for (final long[] stall : Stall.union(stalls)) {
                out.slice("stall", PLATFORM, 1, stall[0], stall[1] - stall[0], "seen by " + observers(stalls, stall));
            }
            final MemorySegment order = events.order(arena);
            long written = 0;
            while (written < events.size() && (events.isRing() || out.bytes() < maxBytes)) {
                final int record = order.getAtIndex(ValueLayout.JAVA_INT, written++);
                if (events.isKept(record)) {
                    if (events.isCutBefore() && trace.lastNs == 0) {
                        out.mark("trace begins here: earlier events are left out", PLATFORM, 1,
                            Math.max(0, events.timeNs(record) - zeroNs));
                    }
                    events.replay(record, trace);
                }
            }
            trace.closeOpen();
            final long left = events.size() - written + events.refused();
            if (left > 0) {
                out.mark("trace cut: " + left + " later events left out", PLATFORM, 1, trace.lastNs);
            }
            out.end(left);
            return left;
        }
    }

    private static String observers(final List<Stall> stalls, final long[] interval) {
        return String.join("; ", stalls.stream().filter(stall -> stall.atNs() <= interval[1] && stall.endNs() >= interval[0])
            .map(stall -> stall.where() + ", " + stall.cause()).distinct().limit(8).toList());
    }

    private void names() {
        out.processName(DEVICES, "devices");
        for (int i = 0; i < set.platform().devices().size(); i++) {
            out.threadName(DEVICES, i + 1, set.platform().devices().get(i).name() + " ("
                + set.platform().devices().get(i).kind().text() + ")");
        }
        memory.names();
        out.processName(JOBS, "jobs");
        out.processName(PLATFORM, "platform");
        out.threadName(PLATFORM, 1, "stalls");
    }

    @Override
    public void onEvent(
        final int type, final long eventNs, final int device, final int task, final int segment, final long job, final long argument) {
        final long ns = Math.max(0, eventNs - zeroNs);
        lastNs = Math.max(lastNs, ns);
        if (task < 0 || device < 0) {
            return;
        }
        final Slot slot = slots[task];
        switch (type) {
            case EventType.RELEASE -> release(slot, task, device, job, Math.max(0, argument - zeroNs), ns);
            case EventType.START -> start(slot, task, device, segment, ns);
            case EventType.END -> end(task, device, ns);
            case EventType.HAND_OVER -> handOver(slot, segment, ns);
            case EventType.ARRIVE -> arrive(slot, segment, device, ns);
            case EventType.COMPLETE, EventType.ABORT -> close(slot, task, ns, type == EventType.ABORT ? "aborted" : "complete");
            case EventType.MISS, EventType.OVERRUN ->
                out.mark(EventType.name(type) + " " + name(task) + "#" + job + " by " + argument + " ns", DEVICES, device + 1, ns);
            case EventType.SWAP_IN, EventType.SWAP_OUT -> memory.begin(device, task, type == EventType.SWAP_IN, ns);
            case EventType.SWAP_END -> memory.end(device, task, name(task), segment, argument, ns);
            case EventType.SKIP, EventType.ERROR, EventType.STOP ->
                out.mark(EventType.name(type) + " " + name(task), DEVICES, device + 1, ns);
            default -> { }
        }
    }

    private String name(final int task) {
        return task < set.tasks().size() ? set.tasks().get(task).name() : "slot" + task;
    }

    private void release(final Slot slot, final int task, final int device, final long job, final long nominalNs, final long ns) {
        if (slot.open) {
            close(slot, task, ns, "lost");
        }
        slot.open = true;
        slot.job = job;
        slot.nominalNs = Math.min(nominalNs, ns);
        out.spanBegin(name(task), JOBS, id(task, job), slot.nominalNs, job);
        out.counter("live jobs", JOBS, ns, "jobs", ++live);
        ready(slot, device, ns);
    }

    private void ready(final Slot slot, final int device, final long ns) {
        if (slot.open && slot.waitsOn < 0) {
            slot.waitsOn = device;
            out.counter("waiting on " + set.platform().devices().get(device).name(), DEVICES, ns, "jobs", ++waiting[device]);
        }
    }

    private void unready(final Slot slot, final long ns) {
        if (slot.waitsOn >= 0) {
            final int device = slot.waitsOn;
            out.counter("waiting on " + set.platform().devices().get(device).name(), DEVICES, ns, "jobs", --waiting[device]);
        }
        slot.waitsOn = NONE;
    }

    private void start(final Slot slot, final int task, final int device, final int segment, final long ns) {
        if (running[device] != NONE && running[device] != task && set.platform().devices().get(device).isPreemptive()) {
            preempted.get(device).push(new Piece(running[device], runningSegment[device]));
            slice(device, ns);
        } else if (running[device] != NONE) {
            end(running[device], device, ns);
        }
        preempted.get(device).removeIf(piece -> piece.task == task); // its end was dropped
        unready(slot, ns);
        running[device] = task;
        runningSegment[device] = segment;
        startNs[device] = Math.max(ns, trackEndNs[device]);
        if (slot.handedFrom >= 0 && slot.handedFrom != device) {
            flow++;
            out.flow("s", DEVICES, slot.handedFrom + 1, slot.handedNs, flow);
            out.flow("f", DEVICES, device + 1, startNs[device], flow);
        }
        slot.handedFrom = NONE;
    }

    private void end(final int task, final int device, final long ns) {
        if (running[device] != task) {
            preempted.get(device).removeIf(piece -> piece.task == task);
            return; // its start was dropped or cut, or the end of what preempted it
        }
        final int segment = runningSegment[device];
        final long beginNs = startNs[device];
        final long endNs = slice(device, ns);
        final Slot slot = slots[task];
        final Piece below = preempted.get(device).poll();
        if (below != null) { // what was preempted goes on
            running[device] = below.task;
            runningSegment[device] = below.segment;
            startNs[device] = endNs;
        }
        // Where the flow of a hand-over leaves: inside the slice, or viewers do not bind it.
        slot.handedNs = Math.max(beginNs, endNs - 1);
        slot.ranOn = device;
        if (slot.open && nextStaysHere(task, segment, device)) {
            ready(slot, device, endNs);
        }
    }

    /** Ends the slice that is open on a device; its end. */
    private long slice(final int device, final long ns) {
        final int task = running[device];
        final long endNs = Math.max(ns, startNs[device]);
        out.slice(name(task), DEVICES, device + 1, startNs[device], endNs - startNs[device],
            "job " + slots[task].job + ", segment " + runningSegment[device]);
        trackEndNs[device] = endNs;
        running[device] = NONE;
        return endNs;
    }

    private boolean nextStaysHere(final int task, final int segment, final int device) {
        if (task >= set.tasks().size()) {
            return false;
        }
        final Task known = set.tasks().get(task);
        final List<Segment> segments = known.segments();
        return segment + 1 < segments.size() && segments.get(segment + 1).device() == device;
    }

    private void handOver(final Slot slot, final int segment, final long ns) {
        if (!slot.open || segment == EventType.NO_SEGMENT) {
            return; // the job has ended; its empty slot goes home
        }
        unready(slot, ns);
        slot.waitsOn = TRANSIT;
        slot.handedFrom = slot.ranOn; // a device that refused an offer hands the job on without having run it
    }

    private void arrive(final Slot slot, final int segment, final int device, final long ns) {
        if (segment != EventType.NO_SEGMENT) {
            ready(slot, device, ns);
        }
    }

    private void close(final Slot slot, final int task, final long ns, final String how) {
        if (!slot.open) {
            return; // its release was dropped
        }
        unready(slot, ns);
        slot.open = false;
        slot.handedFrom = NONE;
        slot.ranOn = NONE;
        out.spanEnd(name(task), JOBS, id(task, slot.job), Math.max(ns, slot.nominalNs), how);
        out.counter("live jobs", JOBS, ns, "jobs", --live);
    }

    private void closeOpen() {
        for (int device = 0; device < running.length; device++) {
            if (running[device] != NONE) {
                end(running[device], device, lastNs);
            }
        }
        for (int task = 0; task < slots.length; task++) {
            if (slots[task].open) {
                close(slots[task], task, lastNs, "live at the end");
            }
        }
    }

    private static String id(final int task, final long job) {
        return task + "." + job;
    }
}
