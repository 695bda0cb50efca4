// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.interruption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A command that is interrupted: its words, short enough that its end is among the instants. */
enum Victim {
    CALIBRATE(List.of("calibrate", "--for", "1s", "--gpu", "none", "--curve", "no")),
    PROFILE(List.of("profile", "set.yaml", "--runs", "30")),
    RUN(List.of("run", "set.yaml", "--for", "1500ms", "--force", "--out", "o")),
    EXPERIMENT(List.of("experiment", "schedulability", "--system", "lalarand", "--sets", "4", "--threads", "1", "--out", "o"));

    /** One task computes a network, so that its library is taken out, loaded, and used. */
    private static final String SET = """
        tactus: 1
        name: s
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: cpu0, kind: cpu, cores: [0]}, {name: acc, kind: modelled}]}
        tasks:
          - {name: net, period: 200ms, model: {zoo: mobilenet, size: small, cuts: 1}, segments: [{device: cpu0, wcet: 150ms}]}
          - {name: timed, period: 20ms, segments: [{device: acc, wcet: 1ms}]}
        """;

    private final List<String> words;

    Victim(final List<String> words) {
        this.words = words;
    }

    List<String> words() {
        return words;
    }

    String label() {
        return words.getFirst();
    }

    /** Whether a signal to end makes it print and write what it has so far. */
    boolean endsInOrder() {
        return this == RUN;
    }

    /** Whether this is how it ends when nobody interrupts it; a run on a machine that does something else may miss deadlines. */
    boolean isEnd(final int status) {
        return status == 0 || status == 1 && this == RUN;
    }

    /** Puts what it reads into a folder. */
    static void prepare(final Path folder) throws IOException {
        Files.writeString(folder.resolve("set.yaml"), SET);
    }
}
