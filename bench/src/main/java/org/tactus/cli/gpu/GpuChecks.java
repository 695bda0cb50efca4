// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The sections of a verification, in the order of their running: what others rest on first, what pins most memory last. */
final class GpuChecks {
    private GpuChecks() {
    }

    /**
     * All of them.
     *
     * @param software      whether the software driver answers
     * @param index         which GPU
     * @param quick         whether little of everything will do
     * @param caseStudy     task set of the case study
     * @param capacityBytes its capacity instead of the file's
     * @param out           folder for the case study's files
     * @return the checks
     */
    static List<GpuCheck> all(
        final boolean software, final int index, final boolean quick, final Path caseStudy, final OptionalLong capacityBytes,
        final Path out) {
        return List.of(new CapabilityCheck(), new KernelCheck(), new NetworkCheck(software), new SwapIntegrityCheck(), new LatencyCheck(),
            new WaitingCallCheck(), new ChunkCostCheck.Calls(), new ChunkCostCheck.Copies(), new SwapThroughputCheck(), new PinningCheck(),
            new CaseStudyCheck(caseStudy, software, index, quick, capacityBytes, out.resolve("ways")));
    }

    /**
     * Chooses some.
     *
     * @param checks all of them
     * @param words  their names, with blanks or hyphens; empty for all
     * @return the chosen ones, in the order of all
     * @throws IllegalArgumentException when a word names none, with the names that there are
     */
    static List<GpuCheck> chosen(final List<GpuCheck> checks, final List<String> words) {
        final List<String> left = new ArrayList<>(words.stream().map(word -> word.strip().replace(' ', '-')).toList());
        final List<GpuCheck> chosen = checks.stream().filter(check -> words.isEmpty() || left.removeIf(check.word()::equals)).toList();
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("there is no section '" + left.getFirst() + "'; write one of "
                + String.join(", ", checks.stream().map(GpuCheck::word).toList()));
        }
        return chosen;
    }
}
