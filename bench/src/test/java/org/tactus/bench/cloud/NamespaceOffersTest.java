// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.latency.ForkedJvm;

/**
 * Two machines as the network sees them: {@code run} and {@code serve-offers} in two network namespaces of Linux, between them a cable that
 * is pulled. Needs root; skipped where the system makes no namespace.
 */
@Timeout(300)
class NamespaceOffersTest {
    private static final String NEAR = "tactus-near-" + ProcessHandle.current().pid();
    private static final String FAR = "tactus-far-" + ProcessHandle.current().pid();
    private static final String FAR_ADDRESS = "10.213.77.2";

    @TempDir
    private Path folder;
    private Process peer;

    private static int ip(final String... arguments) throws InterruptedException {
        final List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(arguments));
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (final IOException e) {
            return -1; // no iproute2 here
        }
    }

    @BeforeEach
    void layTheCable() throws InterruptedException {
        assumeTrue(ip("netns", "add", NEAR) == 0,
            "the system makes no network namespace: 'ip netns add' needs root and iproute2; offers are tried over loopback alone");
        final String near = "tn" + ProcessHandle.current().pid();
        final String far = "tf" + ProcessHandle.current().pid();
        for (final String line : List.of("netns add " + FAR, "link add " + near + " netns " + NEAR + " type veth peer name " + far
            + " netns " + FAR, "-n " + NEAR + " addr add 10.213.77.1/24 dev " + near,
            "-n " + FAR + " addr add " + FAR_ADDRESS + "/24 dev " + far,
            "-n " + NEAR + " link set " + near + " up", "-n " + FAR + " link set " + far + " up", "-n " + NEAR + " link set lo up",
            "-n " + FAR + " link set lo up")) {
            assumeTrue(ip(line.split(" ")) == 0, "the system makes no pair of virtual network devices: ip " + line);
        }
    }

    @AfterEach
    void takeItAway() throws InterruptedException {
        if (peer != null) {
            peer.destroyForcibly().waitFor();
        }
        ip("netns", "del", NEAR);
        ip("netns", "del", FAR);
    }

    private static Process start(final String namespace, final Path log, final String... command) throws IOException {
        final List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        ForkedJvm.command(List.of("-Xmx256m", "-XX:+UseSerialGC"), command).forEach(word -> all.add(
            word.contains(".jar" + File.pathSeparator) ? Arrays.stream(word.split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator)) : word)); // without links that only tests have
        return new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private static long count(final String results, final String key) {
        final Matcher matcher = Pattern.compile("\"" + key + "\"\\s*:\\s*(\\d+)").matcher(results.substring(results.indexOf("\"offers\"")));
        assertTrue(matcher.find(), results);
        return Long.parseLong(matcher.group(1));
    }

    /** One run against the peer; what it wrote of its offers, and what it printed. */
    private List<String> run(final String name) throws IOException, InterruptedException {
        final Path log = folder.resolve(name + ".log");
        final Path out = folder.resolve(name);
        final Process run = start(NEAR, log, "run", folder.resolve("near.yaml").toString(), "--for", "5s", "--seed", "7", "--no-real-time",
            "--out", out.toString());
        assertTrue(run.waitFor(120, TimeUnit.SECONDS), "the run ends");
        final String text = Files.readString(log, StandardCharsets.UTF_8);
        assertTrue(Files.exists(out.resolve("results.json")), text);
        return List.of(Files.readString(out.resolve("results.json"), StandardCharsets.UTF_8), text);
    }

    @Test
    void shouldUseAnswersAcrossNamespacesAndFallBackWhenTheCableIsPulled() throws Exception {
        Files.writeString(folder.resolve("far.yaml"), """
            tactus: 1
            name: far
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}]}
            tasks:
              - {name: own, period: 500ms, segments: [{device: cpu0, wcet: 1ms}]}
              - {name: scene, period: 60s, release: sporadic, model: {zoo: mobilenet, size: small}, segments: [{device: cpu0, wcet: 50ms}]}
            """);
        Files.writeString(folder.resolve("near.yaml"), """
            tactus: 1
            name: near
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}]}
            tasks:
              - name: scene
                period: 1s
                model: {zoo: mobilenet, size: small}
                remote: {peer: "%s:40123", tau: 900ms, gain: 1, localGain: 0.4}
                segments: [{device: cpu0, wcet: 50ms}]
            """.formatted(FAR_ADDRESS));
        final Path log = folder.resolve("far.log");
        peer = start(FAR, log, "serve-offers", folder.resolve("far.yaml").toString(), "--listen", FAR_ADDRESS + ":40123", "--payload",
            "1000KiB", "--no-real-time");
        for (int i = 0; i < 600 && !Files.readString(log).contains("serving"); i++) {
            assertTrue(peer.isAlive(), () -> peerSays(log));
            Thread.sleep(100);
        }
        List<String> whole = run("whole");
        for (int i = 1; i < 4 && count(whole.getFirst(), "used") == 0; i++) { // on a busy machine the peer may be late for a whole run
            whole = run("whole" + i);
        }
        assertTrue(count(whole.getFirst(), "used") > 0, whole.getLast() + peerSays(log));
        assertTrue(whole.getLast().contains("answers of " + FAR_ADDRESS + ":40123 to ")
            && whole.getLast().contains(" offers of scene equal, bit by bit, to those of the same network here"), whole.getLast());
        assertEquals(0, ip("-n", FAR, "link", "set", "tf" + ProcessHandle.current().pid(), "down"));
        final List<String> pulled = run("pulled");
        assertEquals(0, count(pulled.getFirst(), "used"), pulled.getLast());
        assertTrue(count(pulled.getFirst(), "fallbacks") > 1, pulled.getLast());
        assertTrue(pulled.getLast().contains("answers equal, bit by bit, to those of the same networks outside a run: scene"),
            pulled.getLast());
    }

    private static String peerSays(final Path log) {
        try (BufferedReader said = Files.newBufferedReader(log)) {
            return "\nthe peer says:\n" + String.join("\n", said.lines().toList());
        } catch (final IOException e) {
            return e.toString();
        }
    }
}
