// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.time.Durations;
import org.tactus.model.InvalidTaskSetException;

/** Runs a measurement as a dispatcher would run: on a thread of its own, pinned, with what the machine permits. */
final class MeasuringThread {
    /** A segment that takes this long is no segment of a real-time task: its device hangs. */
    static final long GIVE_UP_NS = 30_000_000_000L;
    private static final int LOAD_LONGS = 1 << 21;
    private static final Duration LOOK = Duration.ofMillis(100);

    private MeasuringThread() {
    }

    /**
     * Measures.
     *
     * @param setup   gives the thread what the machine permits
     * @param cores   where it runs
     * @param loaded  true to keep the other cores busy with memory traffic meanwhile
     * @param granted told what was granted
     * @param work    the measurement
     * @return what the measurement returns; its exceptions and errors are thrown here
     * @throws InterruptedException    when interrupted meanwhile
     * @throws InvalidTaskSetException when a sample does not come back; its thread, and what it uses, is left to the process
     */
    static <T> T run(final ThreadSetup setup, final List<Integer> cores, final boolean loaded, final Consumer<String> granted,
                     final Supplier<T> work) throws InterruptedException {
        return run(setup, cores, loaded, granted, work, GIVE_UP_NS);
    }

    static <T> T run(final ThreadSetup setup, final List<Integer> cores, final boolean loaded, final Consumer<String> granted,
                     final Supplier<T> work, final long giveUpNs) throws InterruptedException {
        final SampleWatch watch = new SampleWatch();
        final AtomicReference<T> result = new AtomicReference<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread measuring = Thread.ofPlatform().name("tactus-profile").daemon().start(() -> {
            try {
                watch.watchCaller();
                granted.accept(setup.apply("dispatcher", cores.isEmpty() ? cores : cores.subList(0, 1))); // as DeviceSpec.dispatcherCores
                result.set(work.get());
            } catch (final Throwable e) { // an Error, too, is the caller's to hear of: it would otherwise take a missing result for one
                failure.set(e);
            }
        });
        final List<Thread> load = loaded ? startLoad(cores, failure) : List.of();
        boolean hangs = false;
        while (!hangs && !measuring.join(LOOK)) {
            hangs = watch.isBeyond(giveUpNs);
        }
        load.forEach(Thread::interrupt);
        for (final Thread thread : load) {
            thread.join();
        }
        if (hangs) {
            throw new DeviceHangsException(watch.field(), watch.what() + " has not come back after " + Durations.format(giveUpNs)
                + "; reset its device, or profile the set without it");
        }
        switch (failure.get()) {
            case null -> {
                return result.get();
            }
            case final RuntimeException thrown -> throw thrown;
            case final Error thrown -> throw thrown;
            default -> throw new IllegalStateException("a measurement broke: " + failure.get().getMessage(), failure.get());
        }
    }

    /** A thread a core that is not measured: copies memory beyond the caches' sizes. One that breaks would leave its core idle: told. */
    private static List<Thread> startLoad(final List<Integer> measured, final AtomicReference<Throwable> failure) {
        final List<Thread> threads = new ArrayList<>();
        for (final int core : RealTime.onlineCores()) {
            if (!measured.contains(core)) {
                final long[] from = new long[LOAD_LONGS];
                final long[] to = new long[LOAD_LONGS];
                final Thread.Builder builder =
                    Thread.ofPlatform().daemon().uncaughtExceptionHandler((thread, e) -> failure.compareAndSet(null, e));
                threads.add(builder.start(() -> {
                    RealTime.pin(List.of(core));
                    while (!Thread.currentThread().isInterrupted()) {
                        System.arraycopy(from, 0, to, 0, LOAD_LONGS);
                    }
                }));
            }
        }
        return threads;
    }
}
