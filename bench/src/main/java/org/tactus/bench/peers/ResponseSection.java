// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The urgent network's responses by variant: medians and ranges over rounds, and ratios round by round. */
final class ResponseSection {
    private static final double NS_A_MS = 1e6;
    private static final Variant BASE = Variant.EXECUTOR_FIFO;
    private static final List<ToDoubleFunction<PeerFigures>> QUANTILES =
        List.of(PeerFigures::p50Ns, PeerFigures::p99Ns, PeerFigures::p999Ns, PeerFigures::maxNs);

    private final Contest contest;
    private final Tournament.Outcome outcome;

    ResponseSection(final Contest contest, final Tournament.Outcome outcome) {
        this.contest = contest;
        this.outcome = outcome;
    }

    MachineReport.Section section() {
        final boolean networks = contest.work() == Contest.Work.NETWORK;
        final String text = "An urgent task of 0.5 ms every 20 ms beside a heavy one of 13 ms every 27 ms on one core, "
            + (networks ? "both ONNX networks of ResNet's structure" : "both loops that compute a fixed amount")
            + ". Responses in ms, from the intended release (open loop), of every job from the first on. Medians of the rounds, in "
            + "brackets their range; `bound` is what the analysis promised before. The second table has the ratios to `" + BASE.label()
            + "`, round by round. Bytes of Tactus are those of all its threads: its monitor allocates some 330 KB once, at its start.";
        return new MachineReport.Section(networks ? "responses" : "responsesOfLoops",
            networks ? "An urgent network beside a heavy one" : "The same with loops in place of networks", text,
            List.of(responses(), ratios()), this::write);
    }

    MachineReport.Table responses() {
        final List<List<String>> rows = new ArrayList<>();
        for (final Variant variant : Variant.values()) {
            final List<PeerFigures> rounds = outcome.figures().get(variant);
            if (rounds != null) {
                final List<String> row = new ArrayList<>(List.of(variant.label()));
                QUANTILES.forEach(quantile -> row.add(spread(rounds, figures -> quantile.applyAsDouble(figures) / NS_A_MS).text(2)));
                final long boundNs = rounds.getFirst().boundNs();
                row.add(boundNs < 0 ? "none" : String.format(Locale.ROOT, "%.2f", boundNs / NS_A_MS));
                row.add(spread(rounds, PeerFigures::heavyASecond).text(1));
                row.add(spread(rounds, PeerFigures::bytesAJob).text(0));
                rows.add(row);
            } else if (outcome.missing().containsKey(variant)) {
                rows.add(Stream.concat(Stream.of(variant.label(), "not to be had"), Stream.generate(() -> "").limit(6)).toList());
            }
        }
        return new MachineReport.Table(
            List.of("variant", "p50", "p99", "p99.9", "max", "bound", "heavy jobs a second", "bytes a job"), rows);
    }

    private MachineReport.Table ratios() {
        final List<PeerFigures> base = outcome.figures().getOrDefault(BASE, List.of());
        final List<List<String>> rows = new ArrayList<>();
        for (final Map.Entry<Variant, List<PeerFigures>> entry : outcome.figures().entrySet()) {
            if (entry.getKey() != BASE && !base.isEmpty()) {
                final List<String> row = new ArrayList<>(List.of(entry.getKey().label()));
                QUANTILES.forEach(quantile -> row.add(ratio(entry.getValue(), base, quantile).text(2)));
                row.add(ratio(entry.getValue(), base, PeerFigures::heavyASecond).text(2));
                rows.add(row);
            }
        }
        return new MachineReport.Table(List.of("ratio", "p50", "p99", "p99.9", "max", "heavy jobs a second"), rows);
    }

    private static Spread spread(final List<PeerFigures> rounds, final ToDoubleFunction<PeerFigures> of) {
        return Spread.of(rounds.stream().mapToDouble(of).toArray());
    }

    private static Spread ratio(final List<PeerFigures> rounds, final List<PeerFigures> base, final ToDoubleFunction<PeerFigures> of) {
        final double[] ratios = new double[Math.min(rounds.size(), base.size())];
        Arrays.setAll(ratios, i -> of.applyAsDouble(rounds.get(i)) / of.applyAsDouble(base.get(i)));
        return Spread.of(ratios);
    }

    private void write(final JsonGenerator json) throws IOException {
        for (final Map.Entry<Variant, List<PeerFigures>> entry : outcome.figures().entrySet()) {
            json.writeArrayFieldStart(entry.getKey().name());
            for (final PeerFigures figures : entry.getValue()) {
                json.writeStartObject();
                json.writeNumberField("p50Ns", figures.p50Ns());
                json.writeNumberField("p99Ns", figures.p99Ns());
                json.writeNumberField("p999Ns", figures.p999Ns());
                json.writeNumberField("maxNs", figures.maxNs());
                if (figures.boundNs() < 0) {
                    json.writeNullField("boundNs");
                } else {
                    json.writeNumberField("boundNs", figures.boundNs());
                }
                json.writeNumberField("jobs", figures.jobs());
                json.writeNumberField("heavyJobsASecond", figures.heavyASecond());
                json.writeObjectFieldStart("bytesAJobByThread");
                for (final Map.Entry<String, Double> thread : figures.bytesByThread().entrySet()) {
                    json.writeNumberField(thread.getKey(), thread.getValue());
                }
                json.writeEndObject();
                json.writeStringField("remark", figures.remark());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeObjectFieldStart("missing");
        for (final Map.Entry<Variant, String> missing : outcome.missing().entrySet()) {
            json.writeStringField(missing.getKey().name(), missing.getValue());
        }
        json.writeEndObject();
    }
}
