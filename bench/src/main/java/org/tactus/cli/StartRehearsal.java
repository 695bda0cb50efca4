// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Does once what commands do at their start, so that the JVM that records it writes the classes and profiles of that into a cache
 * ({@code -XX:AOTCacheOutput}). The launcher starts it in the background; it asks for no real-time right and shows no counters.
 */
final class StartRehearsal {
    /** Names the folder to work in; with it the process rehearses and does nothing else. */
    static final String PROPERTY = "tactus.startRehearsal";

    private static final String SET = """
        tactus: 1
        name: rehearsal
        policy: fixed-priority
        overheads: none
        platform:
          devices:
            - {name: cpu0, kind: cpu, cores: [0]}
            - {name: acc0, kind: modelled}
        tasks:
          - {name: control, period: 20ms, segments: [{device: cpu0, wcet: 1ms, actual: 0.5}]}
          - {name: look, period: 50ms, segments: [{device: acc0, wcet: 5ms}, {device: cpu0, wcet: 1ms, actual: 0.5}]}
          - {name: alarm, period: 40ms, release: sporadic, segments: [{device: cpu0, wcet: 1ms, actual: 0.5}]}
        """;
    private static final String NETWORK = """
        tactus: 1
        name: rehearsal-network
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: cpu0, kind: cpu, cores: [0]}]}
        tasks:
          - {name: net, period: 500ms, model: {zoo: mobilenet, size: small, cuts: 1}, segments: [{device: cpu0, wcet: 400ms}]}
        """;

    private StartRehearsal() {
    }

    /** Rehearses in a folder. What a command answers does not matter, only that it was begun. */
    static void in(final Path folder) {
        try {
            final String set = Files.writeString(folder.resolve("set.yaml"), SET).toString();
            final String network = Files.writeString(folder.resolve("network.yaml"), NETWORK).toString();
            final String out = folder.resolve("out").toString();
            Main.run("analyze", set);
            Main.run("simulate", set, "--for", "1s", "--out", out);
            Main.run("run", set, "--for", "200ms", "--no-real-time", "--no-stat", "--out", out);
            Main.run("run", network, "--for", "200ms", "--no-real-time", "--no-stat", "--out", out);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot rehearse in " + folder, e);
        }
    }
}
