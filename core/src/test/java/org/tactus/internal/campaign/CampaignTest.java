// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.campaign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.runtime.Leftovers;

/**
 * Runs over the real kernel, one after another, in which everything that may go wrong goes wrong at random: see {@link Round}. After each
 * one: no thread, file or descriptor is left, the counts agree with the events and with the program's own, no clean task missed a deadline
 * that no stall of the machine touched. A run that does not end is shown by all threads' stacks. After all: memory has not grown.
 *
 * <p>Some seconds in the ordinary build; as long as wanted by {@code -Dtactus.campaign.seconds=3600}, other draws by
 * {@code -Dtactus.campaign.seed=N}. A failure names the seed of its run, which alone is repeated by
 * {@code -Dtactus.campaign.seed=N -Dtactus.campaign.seconds=1}.
 */
class CampaignTest {
    private static final long MS = 1_000_000;
    private static final long ROUND_NS = Long.getLong("tactus.campaign.roundMillis", 1_500) * MS;
    /** Far beyond the bound on a stop: who takes this long hangs. */
    private static final long HANG_MS = 120_000;
    /** Rounds after which every path has been taken, and memory should not grow any more. */
    private static final int WARM_UP_ROUNDS = 5;
    private static final long MOST_GROWTH_BYTES = 16L << 20;
    private static final long MOST_RESIDENT_GROWTH_KILOBYTES = 96L << 10;

    @TempDir
    private Path scratch;

    @Test
    void shouldLeaveNothingAndMissNothingWhenEverythingGoesWrong() throws Exception {
        final long seed = Long.getLong("tactus.campaign.seed", System.nanoTime() & 0xffffff);
        final long endNs = System.nanoTime() + Long.getLong("tactus.campaign.seconds", 10) * 1_000 * MS;
        System.out.println("campaign from seed " + seed);
        final Map<String, Integer> done = new TreeMap<>();
        final List<long[]> memory = new ArrayList<>();
        long rounds = 0;
        do {
            round(seed + rounds++, done);
            memory.add(new long[] {settled(), direct(), Leftovers.residentKilobytes()});
            if (rounds % 100 == 0) {
                System.out.println(rounds + " runs, " + memoryText(memory.getLast()));
            }
        } while (System.nanoTime() < endNs);
        System.out.println("campaign of " + rounds + " runs: " + done + ", at last " + memoryText(memory.getLast()));
        assertTrue(done.getOrDefault("clean jobs", 0) > 0, done.toString());
        assertNoGrowth(memory);
    }

    private void round(final long seed, final Map<String, Integer> done) throws Exception {
        final Leftovers leftovers = new Leftovers(scratch);
        final AtomicReference<List<String>> faults = new AtomicReference<>();
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final Thread running = Thread.ofPlatform().name("campaign").start(() -> {
            try {
                final Round round = new Round(seed, scratch);
                faults.set(round.run(ROUND_NS));
                round.done().forEach((what, times) -> done.merge(what, times, Integer::sum));
            } catch (final Throwable e) {
                thrown.set(e);
            }
        });
        running.join(HANG_MS);
        if (running.isAlive()) {
            throw new AssertionError("the run of seed " + seed + " does not end:\n" + stacks());
        }
        if (thrown.get() != null) {
            throw new AssertionError("the run of seed " + seed + " broke: " + thrown.get(), thrown.get());
        }
        assertEquals(List.of(), faults.get(), "seed " + seed);
        final List<String> left = leftovers.settled();
        assertTrue(left.isEmpty(), "the run of seed " + seed + " left " + left + "\n" + stacks());
    }

    private static String stacks() {
        final StringBuilder text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            text.append(thread).append(' ').append(thread.getState()).append('\n');
            Stream.of(frames).forEach(frame -> text.append("    ").append(frame).append('\n'));
        });
        return text.toString();
    }

    /** Bytes of heap in use after a collection. */
    private static long settled() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Bytes of direct and mapped buffers. */
    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    private static String memoryText(final long[] sample) {
        return String.format("heap %d KiB, buffers %d KiB, resident %d KiB", sample[0] >> 10, sample[1] >> 10, sample[2]);
    }

    /** The medians of the first and the last third of what came after the warm-up: a leak of a run adds up over the runs. */
    private static void assertNoGrowth(final List<long[]> memory) {
        final List<long[]> warm = memory.subList(Math.min(WARM_UP_ROUNDS, memory.size() / 2), memory.size());
        final int third = Math.max(1, warm.size() / 3);
        final String[] names = {"heap", "buffers", "resident memory"};
        final long[] limits = {MOST_GROWTH_BYTES, MOST_GROWTH_BYTES, MOST_RESIDENT_GROWTH_KILOBYTES};
        for (int i = 0; i < names.length; i++) {
            final long before = median(warm.subList(0, third), i);
            final long after = median(warm.subList(warm.size() - third, warm.size()), i);
            assertTrue(after - before <= limits[i], names[i] + " grew from " + before + " to " + after + " in " + warm.size() + " runs");
        }
    }

    private static long median(final List<long[]> samples, final int which) {
        return samples.stream().map(sample -> sample[which]).sorted(Comparator.naturalOrder()).toList().get(samples.size() / 2);
    }

    @Test
    void shouldFindLeftoversWhenThereAreSome() throws IOException, InterruptedException {
        final Leftovers leftovers = new Leftovers(scratch);
        Files.createFile(scratch.resolve("left.tmp"));
        final Thread left = Thread.ofPlatform().name("tactus-left").daemon(true).start(() -> {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (final InterruptedException e) {
                return;
            }
        });
        assertEquals(List.of("thread tactus-left", "scratch file left.tmp"), leftovers.list());
        left.interrupt();
        left.join();
    }
}
