// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus bench criticality-case-study}: a detector on drawn streets under levels that are fixed or chosen at run time. */
@Command(name = "criticality-case-study", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Runs a small detector on drawn streets, with fixed sizes and with sizes chosen at run time: emergency braking by two "
        + "cameras, after DNN-SAM, or tracking in four streams, after RT-MOT. Exit status 1 when a set that an analysis accepted missed a "
        + "deadline in virtual time.")
public final class CriticalityCaseStudyCommand implements Callable<Integer> {
    private static final int MOST_FRAMES = 100_000;
    /** Frames of a real run lie in memory, one megabyte for each of each camera or stream. */
    private static final int MOST_LIVE_FRAMES = 600;
    private static final double MOST_LOAD = 0.7;
    private static final double LEAST_UTILISATION = 0.05;
    private static final double LEAST_FACTOR = 0.1;
    private static final double MOST_FACTOR = 20;
    private static final double[] UTILISATIONS = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
    private static final String BRAKING = "braking";
    private static final String TRACKING = "tracking";
    private static final String SIZES = "sizes";

    @Option(names = "--study", paramLabel = "braking|tracking|sizes", defaultValue = BRAKING,
        description = "Which one (${DEFAULT-VALUE}); sizes: how well each size sees the objects of braking, by their rows.")
    private String which;
    @Option(names = "--live", description = "Measures the networks and runs them in real time on core 1: braking with both policies, "
        + "tracking beside the same set in virtual time.")
    private boolean live;
    @Option(names = "--load", paramLabel = "SHARE", defaultValue = "0.3",
        description = "Braking with --live: share of the core that another task takes (${DEFAULT-VALUE}).")
    private double load;
    @Option(names = "--utilisation", paramLabel = "SHARE", defaultValue = "0.5",
        description = "Tracking with --live: share of the core that the smallest pairs would take, from which the period follows "
            + "(${DEFAULT-VALUE}).")
    private double utilisation;
    @Option(names = "--no-real-time", description = "With --live: without SCHED_FIFO, pinned threads and locked memory.")
    private boolean ordinary;
    @Option(names = "--frames", paramLabel = "N", defaultValue = "150", description = "Frames of each camera or stream (${DEFAULT-VALUE}).")
    private int frames;
    @Option(names = "--slower", paramLabel = "FACTOR", defaultValue = "5",
        description = "Braking in virtual time: on a device that takes so many times as long as a server's core (${DEFAULT-VALUE}).")
    private double slower;
    @Option(names = "--apart", description = "Braking in virtual time: the cameras look half a period apart, not at once.")
    private boolean apart;
    @Option(names = "--seed", defaultValue = "1", description = "Of the streets and of execution times (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out/criticality-case-study",
        description = "Folder that the network is put into (${DEFAULT-VALUE}).")
    private Path out;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, which.equals(BRAKING) || which.equals(TRACKING) || which.equals(SIZES),
            "--study " + which + " is unknown; use " + BRAKING + ", " + TRACKING + " or " + SIZES);
        UsageCheck.check(spec, !live || !which.equals(SIZES), "--live: sizes are looked at without a run; leave it out");
        UsageCheck.check(spec, utilisation >= LEAST_UTILISATION && utilisation <= 1, "--utilisation " + utilisation
            + " is out of range; give " + LEAST_UTILISATION + " to 1");
        final int most = live ? MOST_LIVE_FRAMES : MOST_FRAMES;
        UsageCheck.check(spec, frames >= 1 && frames <= most, "--frames " + frames + " is out of range; give 1 to " + most);
        UsageCheck.check(spec, slower >= LEAST_FACTOR && slower <= MOST_FACTOR, "--slower " + slower + " is out of range; give "
            + LEAST_FACTOR + " to " + MOST_FACTOR);
        UsageCheck.check(spec, load >= 0 && load <= MOST_LOAD, "--load " + load + " is out of range; give 0 to " + MOST_LOAD);
        StreetDetector.unpack(out);
        if (which.equals(SIZES)) {
            print(new SizeStudy().run(out, seed, frames));
            return ExitStatus.GOOD;
        }
        final boolean good = which.equals(BRAKING) ? live ? braking() : brakingInVirtualTime()
            : live ? tracking() : trackingInVirtualTime();
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private boolean brakingInVirtualTime() {
        final List<BrakingStudy.Outcome> outcomes = new ArrayList<>();
        try (BrakingStudy study = new BrakingStudy(out, seed, frames)) {
            for (final BrakingApproach approach : BrakingApproach.all(BrakingSizes.MEASURED.slower(slower), apart)) {
                outcomes.add(study.run(approach, seed));
            }
        }
        print(StudyTables.braking(outcomes, frames, seed));
        return outcomes.stream().noneMatch(outcome -> outcome.approach().test().isPresent() && outcome.missed() > 0);
    }

    /** A real run says what it saw; its misses are the platform's until somebody finds otherwise, so they are printed, not judged. */
    private boolean braking() throws InterruptedException {
        final BrakingRun run = new BrakingRun(out, seed, frames, !ordinary);
        final BrakingSizes sizes = run.measure();
        print(StudyTables.sizes(sizes));
        final TaskSet measured = BrakingRun.set(BrakingApproach.CAMERAS, sizes, load);
        for (final PolicyKind policy : List.of(PolicyKind.EDF, PolicyKind.EDF_MANDATORY_FIRST)) {
            try {
                print(StudyTables.live(policy, run.run(BrakingRun.under(measured, policy))));
            } catch (final AdmissionRefusedException e) {
                print("\n" + policy.text() + " refuses the set: " + e.getMessage() + "\n");
            }
        }
        return true;
    }

    /** As with braking, misses of a real run are printed, not judged; but what is accepted misses nothing in virtual time. */
    private boolean tracking() throws InterruptedException {
        final TrackingRun run = new TrackingRun(out, seed, frames, !ordinary);
        final List<Long> wcetNs = run.measure();
        final TaskSet set = TrackingRun.set(TrackingPairs.STREAMS, wcetNs, TrackingRun.periodNs(wcetNs, utilisation));
        try {
            final TrackingRun.Outcome real = run.run(set);
            final TrackingStudy.Outcome virtual = new TrackingStudy(out, seed, frames).run(set, TrackingStudy.CHOSEN, seed);
            print(StudyTables.liveTracking(set, wcetNs, real, virtual));
            return virtual.missed() == 0;
        } catch (final AdmissionRefusedException e) {
            print(set.policy().text() + " refuses the set: " + e.getMessage() + "\n");
            return true;
        }
    }

    private boolean trackingInVirtualTime() {
        final List<StudyTables.Tracked> rows = new ArrayList<>();
        final TrackingStudy study = new TrackingStudy(out, seed, frames);
        for (final double place : UTILISATIONS) {
            final TaskSet chosen = TrackingPairs.chosen(place);
            final List<TrackingStudy.Outcome> fixed = new ArrayList<>();
            for (int pair = 0; pair < TrackingPairs.PAIRS; pair++) {
                fixed.add(study.run(TrackingPairs.fixed(place, pair), pair, seed));
            }
            rows.add(new StudyTables.Tracked(place, TrackingPairs.isAccepted(chosen), TrackingPairs.accepted(place), fixed,
                study.run(chosen, TrackingStudy.CHOSEN, seed)));
        }
        print(StudyTables.tracking(rows, frames, seed));
        return rows.stream().noneMatch(StudyTables.Tracked::breaksAPromise);
    }

    private void print(final String text) {
        final PrintWriter print = spec.commandLine().getOut();
        print.print(Lines.wrap(text));
        print.flush();
    }
}
