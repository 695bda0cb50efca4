package org.tactus.internal.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.ThreadSetup;

/** Runs a measurement as a dispatcher would run: on a thread of its own, pinned, with what the machine permits. */
final class MeasuringThread {
    private static final int LOAD_LONGS = 1 << 21;

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
     * @return what the measurement returns; its exceptions are thrown here
     * @throws InterruptedException when interrupted meanwhile
     */
    static <T> T run(final ThreadSetup setup, final List<Integer> cores, final boolean loaded, final Consumer<String> granted,
                     final Supplier<T> work) throws InterruptedException {
        final AtomicReference<T> result = new AtomicReference<>();
        final AtomicReference<RuntimeException> failure = new AtomicReference<>();
        final Thread measuring = Thread.ofPlatform().name("tactus-profile").start(() -> {
            granted.accept(setup.apply("dispatcher", cores));
            try {
                result.set(work.get());
            } catch (final RuntimeException e) {
                failure.set(e);
            }
        });
        final List<Thread> load = loaded ? startLoad(cores) : List.of();
        measuring.join();
        load.forEach(Thread::interrupt);
        for (final Thread thread : load) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return result.get();
    }

    /** A thread a core that is not measured: copies memory beyond the caches' sizes. */
    private static List<Thread> startLoad(final List<Integer> measured) {
        final List<Thread> threads = new ArrayList<>();
        for (final int core : RealTime.onlineCores()) {
            if (!measured.contains(core)) {
                threads.add(Thread.ofPlatform().daemon().start(() -> {
                    RealTime.pin(List.of(core));
                    final long[] from = new long[LOAD_LONGS];
                    final long[] to = new long[LOAD_LONGS];
                    while (!Thread.currentThread().isInterrupted()) {
                        System.arraycopy(from, 0, to, 0, LOAD_LONGS);
                    }
                }));
            }
        }
        return threads;
    }
}
