// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.format.MachineName;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.WrappedWork;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.OwnTime;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Measures networks' segments on CPU devices while the set itself runs: at the set's own gaps, after what really ran before, with the other
 * devices at work. The dispatchers' own threads time the segments, without what is taken from them where the system tells that.
 */
public final class InPlaceProfiler {
    private static final long LOOK_MS = 50;
    private static final long MORE_NS = 1_000_000_000;

    private final RunSettings settings;
    private final int runs;
    private final WcetRule rule;
    private final Map<String, String> refusals = new LinkedHashMap<>();

    /**
     * Prepares.
     *
     * @param settings of the run; it is forced
     * @param runs     samples of each segment
     * @param rule     how WCETs are made of samples
     */
    public InPlaceProfiler(final RunSettings settings, final int runs, final WcetRule rule) {
        this.settings = settings.withForce(true).withDriveSporadic(true).withWatchable(false);
        this.runs = runs;
        this.rule = rule;
    }

    /**
     * Why the extreme-value law that was asked for does not hold, after {@link #profile}.
     *
     * @return the check and its figures, by segment
     */
    public Map<String, String> refusals() {
        return Map.copyOf(refusals);
    }

    /**
     * Runs the set until each of its networks has run so often, or should have by its period.
     *
     * @param set       with a WCET for each segment, such as those of {@code alone}
     * @param alone     what was measured of each network alone; what is not measured in place stays
     * @param directory what relative paths of models count from
     * @param progress  told the share that is done
     * @return WCETs and samples; a segment without a sample keeps what was measured alone
     * @throws InterruptedException when interrupted meanwhile
     */
    public WcetSidecar profile(final TaskSet set, final WcetSidecar alone, final Path directory, final DoubleConsumer progress)
        throws InterruptedException {
        final Map<String, List<Sampled>> works = new LinkedHashMap<>();
        final NetworkWorks networks = new NetworkWorks(directory);
        final long longestNs = set.tasks().stream().filter(task -> task.model().isPresent())
            .mapToLong(task -> task.isAlwaysReady() ? task.horizonNs() : task.periodNs()).max().orElse(0);
        try (TaskSetRun run = TaskSetRun.open(set, settings, new Factory(networks, works), KernelListener.NONE)) {
            run.start();
            final long beginNs = Clock.SYSTEM.nanoTime();
            final long untilNs = run.zeroNs() + Math.multiplyExact(longestNs, (long) runs) + MORE_NS;
            while (Clock.SYSTEM.nanoTime() < untilNs && !isFull(works)) {
                Thread.sleep(LOOK_MS);
                progress.accept((double) (Clock.SYSTEM.nanoTime() - beginNs) / (untilNs - beginNs));
            }
            run.stop();
        }
        final Map<String, String> conditions = new LinkedHashMap<>(alone.conditions());
        conditions.put("others", "the set itself ran");
        conditions.put("runs", String.valueOf(runs));
        return new WcetSidecar(set.name(), MachineName.current(), OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            rule.margin(), alone.rights(), conditions,
            alone.tasks().stream().map(task -> of(task, works.getOrDefault(task.name(), List.of()))).toList());
    }

    private static boolean isFull(final Map<String, List<Sampled>> works) {
        return works.values().stream().flatMap(List::stream).allMatch(Sampled::isFull);
    }

    private WcetSidecar.TaskWcet of(final WcetSidecar.TaskWcet alone, final List<Sampled> works) {
        final List<WcetSidecar.SegmentWcet> segments = new ArrayList<>();
        for (final WcetSidecar.SegmentWcet known : alone.segments()) {
            final Optional<long[]> samples = works.stream().filter(work -> work.segment == known.segment()).map(Sampled::samples)
                .filter(taken -> taken.length > 0).findFirst();
            segments.add(samples.map(taken -> chosen(alone.name(), known, taken)).orElse(known));
        }
        return new WcetSidecar.TaskWcet(
            alone.name(), alone.model(), alone.provenance(), segments, alone.boundaries(), alone.memory());
    }

    private WcetSidecar.SegmentWcet chosen(final String task, final WcetSidecar.SegmentWcet known, final long[] samples) {
        final WcetRule.Chosen chosen = rule.choose(samples);
        if (!chosen.refusal().isEmpty()) {
            refusals.put(task + "[" + known.segment() + "]", chosen.refusal());
        }
        return new WcetSidecar.SegmentWcet(known.segment(), known.device(), known.precision(), chosen.wcetNs(),
            Profiler.quantiles(samples), chosen.basis());
    }

    /** Wraps the works of networks on CPU devices. */
    private final class Factory implements WorkFactory {
        private final NetworkWorks networks;
        private final Map<String, List<Sampled>> works;

        Factory(final NetworkWorks networks, final Map<String, List<Sampled>> works) {
            this.networks = networks;
            this.works = works;
        }

        @Override
        public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
            final List<SegmentWork> prepared = new ArrayList<>(networks.prepare(set, devices, task, seed));
            for (int i = 0; task.model().isPresent() && i < prepared.size(); i++) {
                if (set.platform().devices().get(task.segments().get(i).device()).kind() == DeviceKind.CPU) {
                    final Sampled sampled = new Sampled(prepared.get(i), i, runs);
                    prepared.set(i, sampled);
                    works.computeIfAbsent(task.name(), name -> new ArrayList<>()).add(sampled);
                }
            }
            return prepared;
        }

        @Override
        public String driver() {
            return networks.driver();
        }
    }

    /** Times a segment on its dispatcher's thread. */
    private static final class Sampled implements WrappedWork {
        private final SegmentWork wrapped;
        private final int segment;
        private final long[] samples;
        private Optional<OwnTime> own = Optional.empty();
        private boolean begun;
        // Volatile: written by the dispatcher after the sample that it counts, read by the thread that waits.
        private volatile int count;

        Sampled(final SegmentWork wrapped, final int segment, final int runs) {
            this.wrapped = wrapped;
            this.segment = segment;
            this.samples = new long[runs];
        }

        @Override
        public SegmentWork wrapped() {
            return wrapped;
        }

        @Override
        public void run(final long job) throws Exception {
            if (!begun) { // the first job finds out what the system tells of this thread, and is not timed
                begun = true;
                own = ThreadAccounts.ofCallingThread().flatMap(OwnTime::of);
                wrapped.run(job);
                return;
            }
            if (own.isPresent()) {
                own.get().slept();
                own.get().begin();
            }
            final long beginNs = Clock.SYSTEM.nanoTime();
            wrapped.run(job);
            final long wallNs = Clock.SYSTEM.nanoTime() - beginNs;
            final int taken = count;
            if (taken < samples.length) {
                samples[taken] = own.isPresent() ? own.get().elapsedNs(wallNs) : wallNs;
                count = taken + 1;
            }
        }

        boolean isFull() {
            return count == samples.length;
        }

        /** Those that were taken, in order. */
        long[] samples() {
            return Arrays.copyOf(samples, count);
        }
    }
}
