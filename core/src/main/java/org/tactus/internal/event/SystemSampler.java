// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tactus.result.Stall;

/**
 * Reads the system's accounting of what it took away, and logs stalls: steal of the watched cores, and the time for which a
 * dispatcher's thread was runnable without a core. Called by the monitor every few milliseconds; allocates only for a stall.
 *
 * <p>Accounting says how much, not when: a stall here spans the time between two samples, so sample often (a tick of steal
 * is 10 ms). What the system does not offer is left out; {@link #sources} says what is watched.
 */
public final class SystemSampler implements AutoCloseable {
    /** Enough for what most machines write; a longer text makes the buffer grow, once. */
    private static final int TEXT_BYTES = 8192;
    /** A tick of the accounting of cores. */
    private static final long TICK_NS = 10_000_000;
    /** The threads of preemptive devices begin otherwise: their run delay is what threads above them take. */
    private static final String THREAD_PREFIX = "tactus-";
    private static final String MONITOR = "tactus-monitor";

    private final StallLog log;
    private long zeroNs;
    private final long thresholdNs;
    private byte[] text = new byte[TEXT_BYTES];
    private final RandomAccessFile stat;
    private final int[] cores;
    private final long[] steal;
    private final List<RandomAccessFile> schedules = new ArrayList<>();
    private final List<String> threads = new ArrayList<>();
    private final long[] delaysNs;
    private long stolenTicks;
    private long lastNs = Long.MIN_VALUE;

    /**
     * Opens the accounting of this process. Make it when the dispatchers' threads run.
     *
     * @param log         takes the stalls
     * @param zeroNs      time zero of the run in the monitor's clock
     * @param thresholdNs run delay between two samples that counts as a stall
     * @param cores       cores to watch for steal; none to watch all together
     */
    public SystemSampler(final StallLog log, final long zeroNs, final long thresholdNs, final List<Integer> cores) {
        this(log, zeroNs, thresholdNs, cores, Path.of("/proc"));
    }

    SystemSampler(final StallLog log, final long zeroNs, final long thresholdNs, final List<Integer> cores, final Path proc) {
        this.log = log;
        this.zeroNs = zeroNs;
        this.thresholdNs = thresholdNs;
        this.cores = cores.isEmpty() ? new int[] {-1} : cores.stream().mapToInt(Integer::intValue).toArray();
        this.steal = new long[this.cores.length];
        this.stat = open(proc.resolve("stat"));
        try (Stream<Path> tasks = Files.list(proc.resolve("self/task"))) {
            tasks.sorted().forEach(this::watch);
        } catch (final IOException | UncheckedIOException e) { // the second one while the folder is read, such as when a thread ends
            // No such accounting here: sources() shows what is watched.
        }
        this.delaysNs = new long[threads.size()];
    }

    /**
     * Sets time zero, before the first sample, for what is opened earlier.
     *
     * @param ns of the run, in the monitor's clock
     */
    public void zero(final long ns) {
        zeroNs = ns;
    }

    private void watch(final Path task) {
        try {
            final String name = Files.readString(task.resolve("comm")).strip();
            final RandomAccessFile file = name.startsWith(THREAD_PREFIX) && !name.equals(MONITOR) ? open(task.resolve("schedstat")) : null;
            if (file != null) {
                threads.add(name);
                schedules.add(file);
            }
        } catch (final IOException e) {
            return; // the thread ended meanwhile
        }
    }

    private static RandomAccessFile open(final Path file) {
        try {
            return new RandomAccessFile(file.toFile(), "r");
        } catch (final IOException e) {
            return null; // this system does not offer it
        }
    }

    /**
     * Says what is watched.
     *
     * @return names such as {@code steal} and {@code run delay of tactus-cpu0}
     */
    public List<String> sources() {
        final List<String> names = new ArrayList<>();
        if (stat != null) {
            names.add("steal");
        }
        threads.forEach(thread -> names.add("run delay of " + thread));
        return names;
    }

    /**
     * Compares the accounting with the last sample and logs what was taken away since. The first call only remembers.
     *
     * @param nowNs the monitor's clock
     */
    public void sample(final long nowNs) {
        final boolean first = lastNs == Long.MIN_VALUE;
        sampleSteal(nowNs, first);
        for (int i = 0; i < delaysNs.length; i++) {
            final int length = read(schedules.get(i));
            final long delayNs = ProcText.runDelayNs(text, length);
            if (delayNs >= 0) {
                if (!first && delayNs - delaysNs[i] >= thresholdNs) {
                    log.addOwn(new Stall(lastNs - zeroNs, nowNs - lastNs, threads.get(i), Stall.RUN_DELAY), delayNs - delaysNs[i]);
                }
                delaysNs[i] = delayNs;
            }
        }
        lastNs = nowNs;
    }

    private void sampleSteal(final long nowNs, final boolean first) {
        final int length = read(stat);
        final long stolenBefore = stolenTicks;
        for (int i = 0; i < cores.length; i++) {
            final long ticks = ProcText.stealTicks(text, length, cores[i]);
            if (ticks >= 0) {
                if (!first && ticks > steal[i]) {
                    stolenTicks += ticks - steal[i];
                }
                steal[i] = ticks;
            }
        }
        if (stolenTicks > stolenBefore) {
            log.add(lastNs - zeroNs, nowNs - lastNs, "machine", "steal", (stolenTicks - stolenBefore) * TICK_NS);
        }
    }

    /**
     * Counts the ticks that a hypervisor took from the watched cores since the first sample.
     *
     * @return ticks of 10 ms
     */
    public long stolenTicks() {
        return stolenTicks;
    }

    /** Reads a whole text: a machine of hundreds of cores writes tens of kilobytes, and one read may return less than it asks for. */
    private int read(final RandomAccessFile file) {
        if (file == null) {
            return 0;
        }
        try {
            file.seek(0);
            int length = 0;
            for (int count = 0; count >= 0; count = file.read(text, length, text.length - length)) {
                length += count;
                if (length == text.length) {
                    text = Arrays.copyOf(text, 2 * length);
                }
            }
            return length;
        } catch (final IOException e) {
            return 0; // the thread has ended
        }
    }

    @Override
    public void close() throws IOException {
        if (stat != null) {
            stat.close();
        }
        for (final RandomAccessFile file : schedules) {
            file.close();
        }
    }
}
