// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tactus.bench.latency.ForkedJvm;

/** Lets the variants take turns, each in a process of its own. Rounds begin with different variants, so that none is always the first. */
final class Tournament {
    /** As the launcher starts Tactus: a small heap that is there from the start, and a collector without threads of its own. */
    static final List<String> JVM_FLAGS = List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:-UsePerfData");

    private final Contest contest;
    private final int rounds;
    private final PrintStream progress;

    /**
     * What the turns of all variants gave.
     *
     * @param figures round by round
     * @param missing why a variant has none
     */
    record Outcome(Map<Variant, List<PeerFigures>> figures, Map<Variant, String> missing) {
    }

    Tournament(final Contest contest, final int rounds, final PrintStream progress) {
        this.contest = contest;
        this.rounds = rounds;
        this.progress = progress;
    }

    Outcome run() throws IOException, InterruptedException {
        final Outcome outcome = new Outcome(new EnumMap<>(Variant.class), new EnumMap<>(Variant.class));
        final List<Variant> all = List.of(Variant.values());
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < all.size(); i++) {
                final Variant variant = all.get((i + round) % all.size());
                if (variant.does(contest.work()) && !outcome.missing().containsKey(variant)) {
                    progress.println("round " + (round + 1) + " of " + rounds + ": " + variant.label());
                    turn(variant, outcome);
                }
            }
        }
        return outcome;
    }

    private void turn(final Variant variant, final Outcome outcome) throws IOException, InterruptedException {
        final Optional<String> line = ForkedJvm.lines(ForkedJvm.command(flags(), words(variant))).stream()
            .filter(text -> PeerFigures.isFigures(text) || PeerFigures.isUnavailable(text)).findFirst();
        if (line.isEmpty()) {
            outcome.missing().put(variant, "its process ended without figures");
        } else if (PeerFigures.isUnavailable(line.get())) {
            outcome.missing().put(variant, PeerFigures.whyUnavailable(line.get()));
        } else {
            outcome.figures().computeIfAbsent(variant, name -> new ArrayList<>()).add(PeerFigures.parse(line.get()));
        }
        if (outcome.missing().containsKey(variant)) {
            progress.println("  none: " + outcome.missing().get(variant));
        }
    }

    /** ONNX Runtime's Java API unpacks its libraries into the folder for temporary files, where a child that is killed leaves them. */
    private List<String> flags() {
        return Stream.concat(JVM_FLAGS.stream(), Stream.of("-Djava.io.tmpdir=" + contest.folder())).toList();
    }

    private String[] words(final Variant variant) {
        return new String[] {"bench", "peers", "--turn-of", variant.name(), "--core", String.valueOf(contest.core()), "--for",
            contest.durationNs() + "ns", "--work", contest.work().word(), "--folder", contest.folder().toString(), "--urgent-steps",
            String.valueOf(contest.urgentSteps()), "--heavy-steps", String.valueOf(contest.heavySteps())};
    }
}
