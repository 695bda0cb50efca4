// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest extends CommandTest {
    private static final String OPEN = """
        tactus: 1
        name: open
        policy: fixed-priority
        overheads: {dispatch: 10us, handOff: 20us}
        platform: {devices: [{name: gpu0, kind: modelled}, {name: cpu0, kind: cpu}]}
        tasks:
          - name: see
            period: 20ms
            segments: &net
              - variants: [{device: gpu0, wcet: 4ms}, {device: cpu0, precision: int8, wcet: 5ms, loss: 0.1}]
              - variants: [{device: gpu0, wcet: 4ms}, {device: cpu0, precision: int8, wcet: 5ms, loss: 0.2}]
              - variants: [{device: gpu0, wcet: 4ms}, {device: cpu0, precision: int8, wcet: 5ms, loss: 0.3}]
            boundaries: [{to: 1, toHost: 50us, toDevice: 50us, quantise: 10us}, {to: 2, toHost: 50us, toDevice: 50us, quantise: 10us}]
          - name: hear
            period: 25ms
            segments: *net
        """;

    @TempDir
    private Path directory;

    @Test
    void shouldWriteASetThatPassesWhenThePlanDoes() throws IOException {
        final String file = Files.writeString(directory.resolve("open.yaml"), OPEN).toString();
        final String planned = directory.resolve("planned.yaml").toString();
        assertEquals(1, tactus("plan", file, "--with", "all-gpu"), err.toString());
        assertEquals(1, tactus("analyze", file));
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("plan", file, "--with", "lalarand", "--out", planned), err.toString());
        final String said = out.toString().replaceAll("\\s+", " ");
        assertTrue(said.contains("to cpu0 (int8)") && said.contains("of its deadline") && said.contains("accuracy given up")
            && said.contains("margin:"), said);
        assertEquals(0, tactus("analyze", planned), err.toString());
        assertEquals(0, tactus("simulate", planned, "--for", "1s", "--out", directory.resolve("sim").toString()), err.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("plan", file, "--with", "optimal", "--format", "json"));
        assertTrue(out.toString().contains("\"with\":\"optimal\"") && out.toString().contains("\"schedulable\":true"), out.toString());
    }

    @Test
    void shouldSayOneLineWhenNothingCanBePlanned() throws IOException {
        final String file = Files.writeString(directory.resolve("open.yaml"), OPEN).toString();
        assertEquals(2, tactus("plan", file, "--with", "luck"));
        assertTrue(err.toString().contains("there is no strategy 'luck'; known are lalarand"), err.toString());
        final String planned = directory.resolve("planned.yaml").toString();
        tactus("plan", file, "--with", "lalarand", "--out", planned);
        err.getBuffer().setLength(0);
        assertEquals(2, tactus("plan", planned, "--with", "lalarand"));
        assertTrue(err.toString().startsWith(planned + ":") && err.toString().lines().count() == 1, err.toString());
    }
}
