// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} and {@code plan} of a set whose task is offered to a peer that nobody has started. */
class OfferedTaskCommandsTest extends CommandTest {
    @TempDir
    private Path directory;

    private String set() throws IOException {
        final int port;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        return Files.writeString(directory.resolve("set.yaml"), """
            tactus: 1
            name: offered
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}]}
            tasks:
              - name: scene
                period: 50ms
                segments: [{device: cpu0, wcet: 5ms, actual: 0.1}]
                remote: {peer: "127.0.0.1:%d", tau: 20ms, gain: 1, localGain: 0.5}
            """.formatted(port)).toString();
    }

    @Test
    void shouldFallBackEachTimeWhenNobodyListens() throws IOException {
        final Path folder = directory.resolve("out");
        tactus("run", set(), "--for", "1s", "--no-real-time", "--no-stat", "--out", folder.toString()); // a busy machine may miss deadlines
        final String results = Files.readString(folder.resolve("results.json"));
        assertTrue(results.contains("\"offers\"") && results.contains("\"used\" : 0") || results.contains("\"used\":0"), results);
        assertEquals(List.of("task,ns"), Files.readAllLines(folder.resolve("round-trips.csv")), "nothing was sent");
    }

    @Test
    void shouldPlanTheWaitThatRoundTripsSuggest() throws IOException {
        final String file = set();
        final String trips = Files.writeString(directory.resolve("trips.csv"), "task,ns\nscene,9000000\nscene,30000000\nscene,\n")
            .toString();
        final Path planned = directory.resolve("planned.yaml");
        assertEquals(0, tactus("plan", file, "--with", "tau", "--round-trips", trips, "--out", planned.toString()), err.toString());
        assertTrue(Files.readString(planned).contains("tau: 30ms"), Files.readString(planned));
        assertEquals(0, tactus("plan", file, "--with", "tau", "--round-trips", trips, "--give", "0.5", "--out", planned.toString()));
        assertTrue(Files.readString(planned).contains("tau: 9ms"), Files.readString(planned));
    }

    @Test
    void shouldSayOneLineWhenRoundTripsAreWrong() throws IOException {
        final String file = set();
        assertEquals(2, tactus("plan", file, "--with", "tau"));
        assertTrue(err.toString().contains("--with tau needs --round-trips FILE"), err.toString());
        for (final String text : List.of("", "ns\n", "task,ns\nscene\n", "task,ns\nscene,1.5ms\n", "task,ns\nother,5\n")) {
            err.getBuffer().setLength(0);
            final String trips = Files.writeString(directory.resolve("wrong.csv"), text).toString();
            assertEquals(2, tactus("plan", file, "--with", "tau", "--round-trips", trips), text);
            assertEquals(1, err.toString().lines().count(), err.toString());
        }
        err.getBuffer().setLength(0);
        assertEquals(2, tactus("plan", file, "--with", "tau", "--round-trips", directory.resolve("none.csv").toString()));
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    @Test
    void shouldRefuseAPeersFileInOneLine() throws IOException {
        final String offered = set();
        assertEquals(2, tactus("serve-offers", offered));
        assertTrue(err.toString().contains("set.yaml:10: remote: 'scene' is of a peer, which offers nothing on"), err.toString());
        for (final String kind : List.of("periodic", "sporadic")) {
            err.getBuffer().setLength(0);
            final String file = Files.writeString(directory.resolve("peer.yaml"), Files.readString(Path.of(offered))
                .replaceAll("remote:.*", "release: " + kind)).toString();
            assertEquals(2, tactus("serve-offers", file));
            assertEquals(1, err.toString().lines().count(), err.toString());
            assertTrue(err.toString().contains(kind.equals("periodic") ? "no task can be offered" : "no task of its own"), err.toString());
        }
    }
}
