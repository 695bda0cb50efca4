// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tactus.bench.latency.HandOffComparison;

/** Hand-overs between two threads. */
final class HandOffSection {
    private final HandOffComparison.Comparison comparison;

    HandOffSection(final HandOffComparison.Comparison comparison) {
        this.comparison = comparison;
    }

    MachineReport.Section section() {
        return new MachineReport.Section("handOffs", "From one thread to another",
            "Half a round trip in ns between two threads that spin, or sleep where it says so; medians over processes, in brackets their "
                + "range. Ratios to `" + HandOffComparison.ours() + "` process by process; bytes that both threads allocate for each.",
            List.of(table()), this::write);
    }

    MachineReport.Table table() {
        final List<HandOffComparison.Figures> ours = comparison.ways().get(HandOffComparison.ours());
        final List<List<String>> rows = new ArrayList<>();
        comparison.ways().forEach((name, figures) -> rows.add(List.of(name,
            Spread.of(figures.stream().mapToDouble(HandOffComparison.Figures::oneWayNs).toArray()).text(0),
            Spread.of(HandOffComparison.ratios(figures, ours)).text(2),
            Spread.of(figures.stream().mapToDouble(HandOffComparison.Figures::bytesByGive).toArray()).text(0))));
        return new MachineReport.Table(List.of("way", "ns", "ratio to Tactus", "bytes"), rows);
    }

    private void write(final JsonGenerator json) throws IOException {
        for (final Map.Entry<String, List<HandOffComparison.Figures>> way : comparison.ways().entrySet()) {
            json.writeArrayFieldStart(way.getKey());
            for (final HandOffComparison.Figures figures : way.getValue()) {
                json.writeStartObject();
                json.writeNumberField("oneWayNs", figures.oneWayNs());
                json.writeNumberField("bytes", figures.bytesByGive());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
