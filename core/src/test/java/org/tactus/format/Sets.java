// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Task-set files for tests. */
final class Sets {
    /** Every key that a task set may hold. */
    static final String FULL = """
        tactus: 1
        name: braking
        policy: fixed-priority
        overheads: {releaseJitter: 10us, dispatch: 2us, handOff: 5us, completion: 2.5us, stall: 1ms}
        platform:
          devices:
            - {name: cpu0, kind: cpu, cores: [1]}
            - {name: acc0, kind: modelled}
            - {name: gpu0, kind: cuda, driver: software, index: 0, memory: 18499MiB, chunk: 32MiB, protocol: ovl,
               chunkIn: 1.3ms, chunkOut: 1.4ms, swapInOverhead: 10us, swapOutOverhead: 20us}
            - {name: tpu0, kind: edgetpu, driver: software, sram: 8MiB}
        tasks:
          - name: detect
            period: 250ms
            deadline: 200ms
            offset: 1ms
            jitter: 2ms
            release: sporadic
            priority: 1
            onOverrun: skip-next
            onBacklog: drop
            memory: {footprint: 4650MiB, swap: 576MiB}
            segments:
              - {device: gpu0, wcet: 12ms, actual: {uniform: [0.7, 1.0]}}
              - {device: cpu0, wcet: 3ms, actual: 0.5}
          - name: classify
            period: 1s
            model: {zoo: resnet, size: medium, cuts: 1}
            segments: [{device: tpu0, wcet: 1ns}]
          - name: lane
            period: 100ms
            segments:
              - variants: [{device: gpu0, wcet: 2ms}, {device: cpu0, precision: int8, wcet: 5ms, loss: 0.1, actual: 0.5}]
              - {device: cpu0, precision: int8, wcet: 4ms, loss: 0.05}
            boundaries:
              - {from: input, to: 0, toDevice: 300us, quantise: 20us}
              - {to: 1, toHost: 200us, toDevice: 300us, quantise: 20us, dequantise: 10us}
              - {to: output, toHost: 100us, dequantise: 5us}
          - name: sign
            period: 100ms
            segments:
              - {device: gpu0, wcet: 2ms}
              - {device: cpu0, precision: int8, wcet: 4ms, offer: {device: gpu0, wcet: 1.5ms}}
            reclaim: {gpuTime: 4ms, substitutions: 3, largest: 1.5ms}
        """;

    private Sets() {
    }

    static Path write(final Path directory, final String text) throws IOException {
        return Files.writeString(directory.resolve("set.yaml"), text);
    }

    static TaskSetFile.Options options(final Path directory) {
        return new TaskSetFile.Options(false, false, directory.resolve("calibration.yaml"), "lab (test, 2 cores)");
    }

    /** Writes a set and loads it, on a machine without a calibration. */
    static LoadedTaskSet load(final Path directory, final String text) throws IOException {
        return TaskSetFile.load(write(directory, text), options(directory));
    }
}
