// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Reads sets such as {@code G4 C3|20|20;G5|30|30}; devices are letters. */
final class ChainSets {
    static final long UNIT = 1000;

    private ChainSets() {
    }

    static TaskSet parse(final String text, final PolicyKind policy, final long unit) {
        final TaskSetBuilder builder = TaskSet.builder("set").policy(policy);
        for (final String device : List.of("C", "G", "X", "Y")) {
            builder.device(DeviceSpec.modelled(device));
        }
        int index = 0;
        for (final String task : text.split(";")) {
            final String[] parts = task.trim().split("\\|");
            final int priority = ++index;
            builder.task("t" + priority, t -> {
                t.periodNs(Long.parseLong(parts[1].trim()) * unit).deadlineNs(Long.parseLong(parts[2].trim()) * unit).priority(priority);
                for (final String layer : parts[0].trim().split(" ")) {
                    t.segment(layer.substring(0, 1), Long.parseLong(layer.substring(1)) * unit);
                }
            });
        }
        return builder.build();
    }

    /** Bounds in units as {@code 1/2/-}, - where there is none. */
    static String bounds(final Verdict verdict, final String separator, final long unit) {
        final List<String> texts = new ArrayList<>();
        for (final TaskVerdict task : verdict.tasks()) {
            texts.add(task.bounded() ? Long.toString(task.responseBoundNs() / unit) : "-");
        }
        return String.join(separator, texts);
    }

    static List<String[]> rows(final String file) throws IOException {
        try (InputStream in = ChainSets.class.getResourceAsStream("/vectors/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).map(line -> line.split(",")).toList();
        }
    }
}
