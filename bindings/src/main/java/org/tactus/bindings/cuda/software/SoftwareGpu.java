// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_LAUNCH_FAILED;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_UNKNOWN;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.ptx.PtxMemory;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.software.Handles;

/**
 * The software GPU: a thread that takes the streams' commands in order onto three engines, touches their bytes, and lets each be over
 * at its time by the model, never before the bytes are there. Its monitor guards everything that callers and the thread share.
 *
 * <p>A command begins by the model when its predecessor in the stream has ended, it is queued, and its engine is free; so a thread
 * that comes late shows its results late, but shifts nothing that follows. Among streams the greater priority goes first, then who
 * is ready longer.
 */
final class SoftwareGpu implements Runnable {
    /** Device memory is this much faster than the way to it. */
    static final double DEVICE_MEMORY_FACTOR = 20;
    /** Floating-point operations. */
    static final double OPERATIONS_PER_NS = 10_000;
    private static final int SLOW_FACTOR = 10;
    private static final long SPIN_NS = 60_000;
    private static final long WORD_POLL_NS = 20_000;
    private static final long FOREVER_NS = 1_000_000_000L;
    private static final int STREAM = 0x53;
    private static final int EVENT = 0x45;

    final SoftwareSettings settings;
    final AddressSpace space = new AddressSpace();
    final ChunkStore chunks = new ChunkStore();
    final Reasons reasons = new Reasons();
    final Handles<SoftwareStream> streams = new Handles<>(STREAM);
    final Handles<SoftwareEvent> events = new Handles<>(EVENT);
    final SoftwareStream defaultStream = new SoftwareStream(0);
    private final Engine[] engines = {new Engine(), new Engine(), new Engine()};
    private final HostCaller host = new HostCaller(this);
    private final int[] faults = new int[Fault.values().length];
    private final Thread thread;
    private volatile boolean open = true;
    private volatile boolean news;
    private volatile boolean sleeping;
    private volatile Throwable defect;
    private boolean waitsForWord;
    private int error;
    private boolean lost;
    private long commands;
    private long latestNs;

    SoftwareGpu(final SoftwareSettings settings) {
        this.settings = settings;
        Arrays.fill(faults, -1);
        thread = Thread.ofPlatform().name("software-gpu").daemon(true).unstarted(this);
    }

    void start() {
        thread.start();
        host.start();
    }

    /** Ends the threads. */
    void stop() {
        open = false;
        news = true;
        LockSupport.unpark(thread);
        join(thread); // it is at most one slice away, and uses memory that is freed next
        host.stop();
    }

    static void join(final Thread thread) {
        boolean interrupted = Thread.interrupted();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What ended the thread, such as memory that Linux had promised and does not have; null for nothing, as there should be. */
    Throwable defect() {
        return defect;
    }

    /** Lets a fault happen once, after some occasions went well; -1 for never. */
    synchronized void inject(final Fault fault, final int after) {
        faults[fault.ordinal()] = after;
    }

    /** Tells whether a fault happens now. Under the monitor. */
    boolean strikes(final Fault fault) {
        final int left = faults[fault.ordinal()];
        if (left >= 0) {
            faults[fault.ordinal()] = left - 1;
        }
        return left == 0;
    }

    /** What every call answers since something broke; 0 while nothing has. Under the monitor. */
    int error() {
        if (!lost && strikes(Fault.DEVICE_LOST)) {
            lost = true;
            fail(CUDA_ERROR_UNKNOWN());
        }
        return error;
    }

    /** Everything queued is dropped, and every call answers the error from here on. Under the monitor. */
    void fail(final int status) {
        fail(status, null);
    }

    private void fail(final int status, final String reason) {
        reasons.note(status, reason);
        error = status;
        defaultStream.clear();
        for (int i = 0; i < streams.end(); i++) {
            if (streams.at(i) != null) {
                streams.at(i).clear();
            }
        }
        for (final Engine engine : engines) {
            engine.clear();
        }
        host.drop();
    }

    /** The context is new: what was queued is gone, and so is an error, but of a lost device or where it stays. Under the monitor. */
    void reset() {
        fail(lost ? CUDA_ERROR_UNKNOWN() : settings.traits().sticksToProcess() ? error : CUDA_SUCCESS());
        streams.clear();
        events.clear();
    }

    /** Chunks that are mapped. */
    synchronized int mappedChunks() {
        int count = 0;
        for (int i = 0; settings.traits().mappedChunkNs() > 0 && i < space.pieces(); i++) {
            count += space.kind(i) == AddressSpace.CHUNK ? 1 : 0;
        }
        return count;
    }

    synchronized boolean isLost() {
        return lost;
    }

    /** How late a completion was shown at most, nanoseconds. */
    synchronized long latestNs() {
        return latestNs;
    }

    /** Queues a command of a stream that has room. Under the monitor; {@link #ring} follows. */
    void queue(
        final SoftwareStream stream, final long op, final long a, final long b, final long c, final long d, final long e) {
        queue(stream, op, a, b, c, d, e, null);
    }

    /** The same of a kernel that the driver interprets. */
    void queue(
        final SoftwareStream stream, final long op, final long a, final long b, final long c, final long d, final long e,
        final PtxCommand launch) {
        stream.add(op, System.nanoTime(), a, b, c, d, e, launch);
        if (op == CommandDescriptor.RECORD && stream.capture == null) {
            events.find(a).record(b);
        }
        news = true;
    }

    /** Wakes the thread after {@link #queue}. Outside the monitor, so that it does not run into it. */
    void ring() {
        if (sleeping) {
            LockSupport.unpark(thread);
        }
    }

    /** Something that no caller queued has happened. Outside the monitor. */
    void wake() {
        news = true;
        ring();
    }

    /** Waits until no slice under way touches addresses that are out of the table. Under the monitor. */
    void awaitSlices(final long start, final long bytes) {
        for (final Engine engine : engines) {
            for (int i = 0; engine.touches(start, start + bytes); i++) {
                if (i > 1_000) {
                    LockSupport.parkNanos(1_000); // the thread may need this very core
                }
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void run() {
        RealTime.timerSlack(1);
        if (!settings.cores().isEmpty()) {
            RealTime.pin(settings.cores());
        }
        if (settings.priority() > 0) {
            RealTime.fifo(settings.priority());
        }
        try {
            loop();
        } catch (final Throwable e) { // kept, and told as an error of the device to every caller
            defect = e;
            lose();
        }
    }

    private synchronized void lose() {
        lost = true;
        fail(CUDA_ERROR_UNKNOWN());
    }

    private void loop() {
        while (open) {
            news = false; // before the look: what is queued after it sets it again
            final long nextNs = step();
            boolean worked = false;
            for (final Engine engine : engines) {
                if (lease(engine)) {
                    engine.work();
                    worked = true;
                }
            }
            if (!worked) {
                idle(nextNs);
            }
        }
    }

    private void idle(final long nextNs) {
        long leftNs = nextNs - System.nanoTime();
        if (leftNs > SPIN_NS) {
            sleeping = true; // before the last look at the news: who brings some later sees this and wakes the thread
            if (!news) {
                LockSupport.parkNanos(waitsForWord ? Math.min(leftNs, WORD_POLL_NS) : leftNs - SPIN_NS);
            }
            sleeping = false;
            leftNs = nextNs - System.nanoTime();
        }
        while (leftNs > 0 && leftNs <= SPIN_NS && !news) {
            Thread.onSpinWait();
            leftNs = nextNs - System.nanoTime();
        }
    }

    private synchronized boolean lease(final Engine engine) {
        if (!engine.hasWork()) {
            return false;
        }
        if (engine.fault() != CUDA_SUCCESS()) {
            fail(engine.fault(), engine.faultReason());
            return false;
        }
        if (!engine.prepare(space, chunks)) {
            fail(CUDA_ERROR_ILLEGAL_ADDRESS());
            return false;
        }
        return true;
    }

    /** Does what is due; returns when something is due next. */
    private synchronized long step() {
        final long nowNs = System.nanoTime(); // under the monitor: nothing that is seen here was queued later
        boolean more = true;
        while (more) {
            more = finish(nowNs) | advance(defaultStream, nowNs);
            waitsForWord = false;
            for (int i = 0; i < streams.end(); i++) {
                final SoftwareStream stream = streams.at(i);
                if (stream != null) {
                    more |= advance(stream, nowNs);
                    if (stream.doomed && stream.isEmpty()) {
                        streams.removeAt(i);
                    }
                }
            }
            more |= begin();
        }
        long nextNs = nowNs + FOREVER_NS;
        for (final Engine engine : engines) {
            if (!engine.isIdle()) {
                nextNs = Math.min(nextNs, engine.endNs);
            }
        }
        return nextNs;
    }

    private boolean finish(final long nowNs) {
        boolean any = false;
        for (final Engine engine : engines) {
            if (!engine.isIdle() && !engine.hasWork() && engine.endNs <= nowNs) {
                latestNs = Math.max(latestNs, nowNs - engine.endNs);
                engine.freeNs = engine.endNs;
                engine.stream.pop(engine.endNs);
                engine.clear();
                any = true;
            }
        }
        return any;
    }

    /** Handles the commands at the head that need no engine. */
    private boolean advance(final SoftwareStream stream, final long nowNs) {
        boolean any = false;
        while (!stream.isEmpty() && stream.first(CommandDescriptor.OP) >= CommandDescriptor.RECORD) {
            long timeNs = stream.readyNs();
            final SoftwareEvent event = events.find(stream.argument(0)); // of an event's command
            switch ((int) stream.first(CommandDescriptor.OP)) {
                case CommandDescriptor.RECORD -> {
                    if (event != null) {
                        event.done = stream.argument(1);
                        event.timeNs = timeNs;
                    }
                }
                case CommandDescriptor.WAIT_EVENT -> {
                    if (event != null && event.done < stream.argument(1)) {
                        return any;
                    }
                    timeNs = event == null ? timeNs : Math.max(timeNs, event.timeNs);
                }
                case CommandDescriptor.CALL_HOST -> {
                    if (!host.isCalled(stream)) {
                        return any;
                    }
                    timeNs = Math.max(timeNs, host.endNs());
                }
                default -> {
                    if (!space.isAccessible(stream.argument(0), Integer.BYTES)) {
                        fail(CUDA_ERROR_ILLEGAL_ADDRESS());
                        return true;
                    }
                    if (stream.first(CommandDescriptor.OP) == CommandDescriptor.WRITE_VALUE) {
                        // Release: a thread that reads the word with acquire sees the bytes of every command before it.
                        HostMemory.putIntRelease(PtxMemory.onHost(stream.argument(0)), (int) stream.argument(1));
                    } else if (!isReached(HostMemory.getIntAcquire(PtxMemory.onHost(stream.argument(0))), stream)) {
                        waitsForWord = true;
                        return any;
                    } else {
                        timeNs = Math.max(timeNs, nowNs); // when the word was written is unknown
                    }
                }
            }
            stream.pop(timeNs);
            any = true;
        }
        return any;
    }

    private static boolean isReached(final int word, final SoftwareStream stream) {
        final int value = (int) stream.argument(1);
        return stream.argument(2) == cuda_h.CU_STREAM_WAIT_VALUE_EQ() ? word == value : word - value >= 0;
    }

    private boolean begin() {
        boolean any = false;
        for (int i = 0; i < engines.length; i++) {
            if (engines[i].isIdle()) {
                SoftwareStream best = better(null, defaultStream, i);
                for (int j = 0; j < streams.end(); j++) {
                    best = better(best, streams.at(j), i);
                }
                if (best != null) {
                    any = true;
                    begin(i, best);
                }
            }
        }
        return any;
    }

    private static SoftwareStream better(final SoftwareStream best, final SoftwareStream other, final int engine) {
        if (other == null || other.isEmpty() || other.busy || other.first(CommandDescriptor.OP) >= CommandDescriptor.RECORD
            || Engine.of(other.first(CommandDescriptor.OP)) != engine) {
            return best;
        }
        return best == null || other.priority < best.priority
            || other.priority == best.priority && other.readyNs() < best.readyNs() ? other : best;
    }

    private void begin(final int index, final SoftwareStream stream) {
        final Engine engine = engines[index];
        final long op = stream.first(CommandDescriptor.OP);
        if (op == CommandDescriptor.KERNEL && strikes(Fault.LAUNCH_FAILURE)) {
            fail(CUDA_ERROR_LAUNCH_FAILED());
            return;
        }
        final boolean duplex = index != Engine.COMPUTE && !engines[Engine.IN + Engine.OUT - index].isIdle();
        double lengthNs = Engine.modelNs(stream, settings, duplex);
        if (index != Engine.COMPUTE && strikes(Fault.SLOW_COPY)) {
            lengthNs *= SLOW_FACTOR;
        }
        final boolean exact = op == CommandDescriptor.KERNEL && stream.argument(0) == SoftwareKernels.SPIN;
        if (settings.variation() > 0 && !exact) { // a spin measures its own time
            lengthNs *= 1 + settings.variation() * (CudaKernels.word(settings.seed(), commands) >>> 11) * 0x1.0p-53;
        }
        commands++;
        engine.begin(stream, Math.max(stream.readyNs(), engine.freeNs) + (long) lengthNs);
    }

    /** Tells whether all streams are empty. */
    synchronized boolean isQuiet() {
        boolean quiet = defaultStream.isEmpty();
        for (int i = 0; i < streams.end() && quiet; i++) {
            quiet = streams.at(i) == null || streams.at(i).isEmpty();
        }
        return quiet;
    }
}
