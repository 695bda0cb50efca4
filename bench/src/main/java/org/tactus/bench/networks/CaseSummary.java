// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts of results, and refusals by their reason. */
final class CaseSummary {
    private final List<CaseResult> results;
    private final Map<CaseResult.Outcome, Long> counts = new EnumMap<>(CaseResult.Outcome.class);

    CaseSummary(final List<CaseResult> results) {
        this.results = List.copyOf(results);
        Stream.of(CaseResult.Outcome.values()).forEach(outcome -> counts.put(outcome,
            results.stream().filter(result -> result.outcome() == outcome).count()));
    }

    /** Whether all that ran is right, and nothing crashed. */
    boolean isGood() {
        return results.stream().allMatch(result -> result.outcome().ordinal() <= CaseResult.Outcome.RUNTIME.ordinal());
    }

    /** Counts in one line. */
    String line() {
        return results.size() + " cases: " + counts.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey().word())
            .collect(Collectors.joining(", ")) + System.lineSeparator();
    }

    /** Counts and reasons as tables. */
    String markdown() {
        final StringBuilder text = new StringBuilder("| result | cases |\n|---|---|\n");
        counts.forEach((outcome, count) -> text.append("| ").append(outcome.word()).append(" | ").append(count).append(" |\n"));
        text.append("| all | ").append(results.size()).append(" |\n\n| result | reason | cases | such as |\n|---|---|---|---|\n");
        final Map<String, List<CaseResult>> reasons = results.stream().filter(result -> result.outcome() != CaseResult.Outcome.OK)
            .collect(Collectors.groupingBy(result -> result.outcome().word() + " | " + reason(result.text()), LinkedHashMap::new,
                Collectors.toList()));
        reasons.entrySet().stream().sorted(Comparator.comparingInt(
            (Map.Entry<String, List<CaseResult>> entry) -> -entry.getValue().size()).thenComparing(Map.Entry::getKey)).forEach(entry ->
                text.append("| ").append(entry.getKey()).append(" | ").append(entry.getValue().size()).append(" | `")
                    .append(entry.getValue().getFirst().name()).append("` |\n"));
        return text.toString();
    }

    /** A refusal without what belongs to its case alone: names, numbers, addresses. */
    static String reason(final String text) {
        return text.replaceAll("'[^']*'( [A-Z0-9]+\\[[^]]*])?", "X").replaceAll("\\{[^}]*}", "{..}").replaceAll("\\[[^\\]]*]", "[..]")
            .replaceAll("node_[A-Za-z0-9_]+|NodeArg\\([^)]*\\)", "X").replace("|", "\\|");
    }
}
