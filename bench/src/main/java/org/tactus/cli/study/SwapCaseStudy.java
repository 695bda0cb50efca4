// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.study;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.PerfettoTrace;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.sim.ExecutionReplay;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultsJson;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * The same tasks in several ways, in real time or in virtual time, side by side: RT-Swap copying everything, semantic residency, whole
 * models, demand paging. Called by one thread.
 */
public final class SwapCaseStudy {
    private final SwapWays ways;
    private final long durationNs;
    private final boolean virtual;
    private final RunSettings options;
    private final Path out;
    private final PrintStream print;

    /** Empty where segments only take time. */
    private final Optional<StudyNetworks> networks;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * What must hold, and whether it did.
     *
     * @param what  in words
     * @param holds whether it did
     */
    public record Finding(String what, boolean holds) {
    }

    /** A way, what the analysis says of it, and what happened; what is wrong with networks, empty where none computed. */
    private record Ran(SwapWays.Way way, Verdict verdict, RunResult result, long faults, Optional<List<String>> wrong) {

        TaskResult task(final int index) {
            return way.bounded() ? result.withoutStalls().tasks().get(index) : result.tasks().get(index);
        }
    }

    /**
     * Prepares the study.
     *
     * @param set        tasks on one device with memory: of one segment with swap volumes, or of several that stream
     * @param scale      what every size is divided by; the chunks stay as many
     * @param durationNs how long each way runs, nanoseconds
     * @param virtual    true to simulate, false to run in real time
     * @param options    of a real run
     * @param models     what relative paths of networks count from; in real time they compute, in every way that moves memory
     * @param out        folder for the files of each way
     * @param print      takes the report
     */
    public SwapCaseStudy(
        final TaskSet set, final long scale, final long durationNs, final boolean virtual, final RunSettings options, final Path models,
        final Path out, final PrintStream print) {
        this.networks = virtual ? Optional.empty() : StudyNetworks.of(set, models, options.seed());
        this.ways = new SwapWays(set, scale);
        this.durationNs = durationNs;
        this.virtual = virtual;
        this.options = options.withForce(true);
        this.out = out;
        this.print = print;
    }

    /**
     * Runs every way and prints what happened.
     *
     * @return true when everything held that must hold
     * @throws IOException          when files cannot be written
     * @throws InterruptedException when interrupted
     */
    public boolean run() throws IOException, InterruptedException {
        final List<Ran> all = new ArrayList<>();
        for (final SwapWays.Way way : ways.all()) {
            print.println(Lines.wrap("running: " + way.name() + ", " + Durations.format(durationNs) + (virtual ? " of virtual time" : "")));
            try {
                all.add(ran(way));
            } catch (final RuntimeException | OutOfMemoryError e) { // the other ways are worth their while
                say(false, way.name() + ": runs; but " + e.getMessage());
            }
        }
        print.println();
        if (all.isEmpty()) {
            return false;
        }
        all.forEach(this::describe);
        table(all);
        if (!virtual) {
            print.println(Lines.wrap("Where bounds are to hold, the jobs that a stall of the platform touched are left out."));
        }
        return check(all) && all.size() == ways.all().size();
    }

    private Ran ran(final SwapWays.Way way) throws IOException, InterruptedException {
        final Path folder = OutputFolder.make(out.resolve(way.name().replaceAll("[^a-z]+", "-")));
        final Verdict verdict = Analyses.analyze(way.set());
        final PagedMemory pages = way.paged() ? new PagedMemory(way.set(), ways.memory(), SwapWays.FAULT_NS) : null;
        try (EventFile events = new EventFile(folder, EventFile.DEFAULT_EVENTS)) {
            final RunResult result;
            final long zeroNs;
            final Optional<StudyNetworks.Computed> computed = networks.filter(any -> pages == null).map(StudyNetworks::compute);
            if (virtual) {
                result = Simulation.run(way.set(), simulation(way, pages), verdict.test(), bounds(way, verdict), events).result();
                zeroNs = 0;
            } else {
                try (TaskSetRun tactus = TaskSetRun.open(way.set(), options,
                    computed.<WorkFactory>map(StudyNetworks.Computed::works).orElseGet(() -> works(pages)),
                    computed.map(StudyNetworks.Computed::listener).orElse(KernelListener.NONE), events)) {
                    tactus.start();
                    Thread.sleep(durationNs / 1_000_000 + Math.max(0, (tactus.zeroNs() - System.nanoTime()) / 1_000_000));
                    result = tactus.stop();
                    zeroNs = tactus.zeroNs();
                }
            }
            ResultsJson.write(result, folder.resolve("results.json"));
            PerfettoTrace.write(way.set(), events, zeroNs, result.stalls(), folder.resolve("trace.json"), PerfettoTrace.DEFAULT_MAX_BYTES);
            return new Ran(way, verdict, result, pages == null ? 0 : pages.faults(), computed.map(StudyNetworks.Computed::wrong));
        }
    }

    private static List<OptionalLong> bounds(final SwapWays.Way way, final Verdict verdict) {
        return verdict.tasks().stream().map(task -> way.bounded() && verdict.schedulable()
            ? task.bound() : OptionalLong.empty()).toList();
    }

    private SimulationOptions simulation(final SwapWays.Way way, final PagedMemory pages) {
        final SimulationOptions worst = SimulationOptions.worstCase(options.seed(), durationNs);
        if (pages == null) {
            return worst;
        }
        final ExecutionReplay paged = (task, job, segment) ->
            way.set().tasks().get(task).segments().getFirst().wcetNs() - pages.worstNs(task) + pages.touchNs(task);
        return worst.withReplay(paged);
    }

    private static WorkFactory works(final PagedMemory pages) {
        final TimedWorks timed = new TimedWorks();
        return pages == null ? timed : (set, devices, task, seed) -> {
            final int index = set.tasks().indexOf(task);
            final Task alone = task.withSegments(List.of(task.segments().getFirst()
                .withWcetNs(task.segments().getFirst().wcetNs() - pages.worstNs(index))));
            return List.of(new PagedWork(timed.prepare(set, devices, alone, seed).getFirst(), pages, index));
        };
    }

    /** An execution and the faults before it; the device asks once a job, in the order of the jobs. */
    private record PagedWork(SegmentWork work, PagedMemory pages, int task) implements SegmentWork {
        @Override
        public void run(final long job) {
            throw new UnsupportedOperationException("pages are of an accelerator");
        }

        @Override
        public long modelledNs(final long job) {
            return work.modelledNs(job) + pages.touchNs(task);
        }

        @Override
        public void terminate() {
            work.terminate();
        }

        @Override
        public void close() {
            work.close();
        }
    }

    private void describe(final Ran ran) {
        final TaskSet set = ran.way().set();
        final DeviceMemory memory = ran.way().paged() ? ways.memory() : set.platform().devices().getFirst().memory().orElseThrow();
        final StringBuilder volumes = new StringBuilder();
        for (final Task task : set.tasks()) {
            volumes.append(volumes.isEmpty() ? "" : ", ").append(SwapRegion.of(task, memory).chunks());
        }
        print.println(Lines.wrap(ran.way().name() + ": capacity " + Sizes.format(memory.capacityBytes()) + ", "
            + (ran.way().paged() ? ran.faults() + " pages fetched" : "chunks of " + Sizes.format(memory.chunkBytes()) + ": " + volumes
                + "; " + ran.result().devices().getFirst().swaps().map(swaps -> swaps.chunksIn() + " in, " + swaps.chunksOut() + " out ("
                    + swaps.chunksDropped() + " dropped), " + swaps.chunksBackground() + " of them in the background, longest move "
                    + String.format(Locale.ROOT, "%.0f%%", 100 * swaps.largestShare()) + " of its worst case").orElse("nothing is swapped"))
            + "; " + (ran.way().paged() ? "no bound: what a fault takes depends on all others"
                : ran.verdict().schedulable() ? "schedulable" : "not schedulable, run all the same")
            + (ran.result().stalls().isEmpty() ? "" : "; " + ran.result().stalls().size() + " stalls of the platform, "
                + ran.result().withoutStalls().touched() + " jobs touched")));
    }

    private void table(final List<Ran> all) {
        print.println();
        print.println("max / bound, misses/jobs:");
        final String[] head = Stream.concat(Stream.of("task", "deadline"),
            all.stream().map(ran -> ran.way().name())).toArray(String[]::new);
        final List<Task> tasks = all.getFirst().way().set().tasks();
        print.println(TextTable.text(Terminal.width(), head, IntStream.range(0, tasks.size()).mapToObj(i -> Stream.concat(
            Stream.of(tasks.get(i).name(), Durations.format(tasks.get(i).deadlineNs())), all.stream().map(ran -> cell(ran, i)))
            .toArray(String[]::new)).toList()));
    }

    private static String cell(final Ran ran, final int index) {
        final TaskResult task = ran.task(index);
        final OptionalLong bound = bound(ran, index);
        return ms(task.maxNs()) + " / " + ms(bound) + ", " + task.misses() + "/" + (task.jobs() + task.unfinished());
    }

    private static OptionalLong bound(final Ran ran, final int index) {
        final TaskVerdict verdict = ran.verdict().tasks().get(index);
        return !ran.way().paged() && verdict.bounded() && ran.verdict().schedulable() ? OptionalLong.of(verdict.responseBoundNs())
            : OptionalLong.empty();
    }

    private static String ms(final OptionalLong ns) {
        return ns.isEmpty() ? "-" : String.format(Locale.ROOT, "%.0fms", ns.getAsLong() / 1e6);
    }

    private void tellVolumes() {
        final long each = ways.equalChunks();
        tell("the file's volumes are " + (ways.swapped().allMatch(chunks -> chunks == each) ? "" : "not ")
            + "the equal ones that the memory needs, " + each + " chunks each");
    }

    private boolean check(final List<Ran> all) {
        boolean good = true;
        if (!ways.streams()) {
            tellVolumes();
        }
        for (final Ran ran : all) {
            if (ran.way().bounded()) {
                good &= say(ran.verdict().schedulable() && ran.result().missesWithoutStalls() == 0,
                    ran.way().name() + ": schedulable, no deadline missed");
                boolean within = true;
                for (int i = 0; i < ran.verdict().tasks().size(); i++) {
                    final OptionalLong bound = bound(ran, i);
                    within &= ran.task(i).maxNs().isEmpty() || bound.isPresent() && ran.task(i).maxNs().getAsLong() <= bound.getAsLong();
                }
                good &= say(within, ran.way().name() + ": no response above its bound");
                if (ran.wrong().isPresent()) {
                    final List<String> wrong = ran.wrong().get();
                    good &= say(wrong.isEmpty(), ran.way().name() + ": every answer is equal, bit by bit, to the unswapped one"
                        + (wrong.isEmpty() ? "" : "; but " + String.join("; ", wrong)));
                }
            } else {
                // Nobody promises anything of these: with other tasks they may well do.
                tell("not promised: " + ran.way().name() + (ran.result().misses() > 0 ? ": deadlines are missed"
                    : ": no deadline is missed")
                    + ran.wrong().filter(wrong -> !wrong.isEmpty()).map(wrong -> "; " + String.join("; ", wrong)).orElse(""));
            }
        }
        return good;
    }

    /**
     * What must hold, after the run.
     *
     * @return as printed
     */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    private void tell(final String what) {
        print.println(Lines.wrap("  " + what));
    }

    private boolean say(final boolean holds, final String what) {
        findings.add(new Finding(what, holds));
        print.println(Lines.wrap((holds ? "  holds: " : "  FAILS: ") + what));
        return holds;
    }
}
