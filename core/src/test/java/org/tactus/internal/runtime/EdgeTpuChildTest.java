// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Task sets on a software Edge TPU in a child process. */
@Timeout(60)
class EdgeTpuChildTest {
    private static final long MS = 1_000_000;
    private static final String HEAD = """
        tactus: 1
        name: edge
        policy: fixed-priority
        overheads: none
        platform:
          devices:
            - {name: cpu0, kind: cpu}
            - {name: tpu0, kind: edgetpu, driver: software, process: child}
        tasks:
        """;
    private static final String THREE_TASKS = """
          - {name: a, period: 20ms, model: {file: a_edgetpu.tflite}, segments: [{device: tpu0, wcet: 8ms}]}
          - {name: b, period: 4s, model: {file: b_edgetpu.tflite}, segments: [{device: tpu0, wcet: 8ms}]}
          - {name: c, period: 20ms, model: {file: c.tflite}, segments: [{device: cpu0, wcet: 8ms}]}
        """;

    @TempDir
    private Path folder;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private TaskSet load(final String tasks) throws IOException {
        EdgeModels.write(folder.resolve("a_edgetpu.tflite"), "x", "y", 7);
        EdgeModels.write(folder.resolve("b_edgetpu.tflite"), "y", "z", 7);
        Files.write(folder.resolve("c.tflite"), DenseModelWriter.write("z", "w", new float[][] {{1, 0, 0, 0}}, new float[1], true));
        final Path file = folder.resolve("edge.yaml");
        Files.writeString(file, tasks);
        return TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
    }

    private TaskSetRun open(final TaskSet set, final NetworkWorks works) {
        return TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true)
            .withKernel(KernelOptions.DEFAULT.withLostAfterNs(200 * MS)), works, new HeardFailures(heard),
            (type, timeNs, device, task, segment, job, argument) -> { });
    }

    private static ProcessHandle child() {
        return ProcessHandle.current().children().findFirst().orElseThrow();
    }

    /** Answers of a chain across the Edge TPU and a processor. */
    private Map<String, byte[]> answers(final String head) throws IOException, InterruptedException {
        final TaskSet set = load(head + """
              - name: chain
                period: 50ms
                model: {files: [a_edgetpu.tflite, b_edgetpu.tflite, c.tflite]}
                segments: [{device: tpu0, wcet: 10ms}, {device: tpu0, wcet: 10ms}, {device: cpu0, wcet: 10ms}]
            """);
        final NetworkWorks works = new NetworkWorks(folder);
        try (TaskSetRun run = open(set, works)) {
            run.start();
            Await.until(() -> run.completed(run.handle("chain")) >= 5);
            final RunResult result = run.stop();
            assertEquals(head.contains("child"), result.devices().get(1).driver().startsWith(
                "software Edge TPU at usb software/tpu0 in child process "), result.devices()::toString);
        }
        assertEquals(List.of(), heard);
        return works.answers().get("chain");
    }

    @Test
    void shouldAnswerBitForBitAsInThisProcessWhenItRunsInAChild() throws IOException, InterruptedException {
        final Map<String, byte[]> here = answers(HEAD.replace(", process: child", ""));
        final Map<String, byte[]> there = answers(HEAD);
        assertEquals(here.keySet(), there.keySet());
        here.forEach((name, bytes) -> assertArrayEquals(bytes, there.get(name)));
        assertEquals(0, ProcessHandle.current().children().count(), "no child is left");
    }

    @Test
    void shouldStopTheTasksOfTheDeviceAloneWhenTheChildDies() throws IOException, InterruptedException {
        try (TaskSetRun run = open(load(HEAD + THREE_TASKS), new NetworkWorks(folder))) {
            run.start();
            Await.until(() -> run.completed(run.handle("a")) >= 3);
            child().destroyForcibly();
            Await.until(() -> heard.contains("lost tpu0"));
            assertTrue(heard.contains("error a the child process of 'tpu0' ended by SIGKILL"), heard::toString);
            final long done = run.completed(run.handle("c"));
            Await.until(() -> run.completed(run.handle("c")) >= done + 5);
            assertEquals(2, heard.size(), heard::toString);
            run.stop();
        }
        assertEquals(0, ProcessHandle.current().children().count());
    }

    @Test
    void shouldEndAChildThatHangsWhenItsDeviceIsLost() throws IOException, InterruptedException {
        try (TaskSetRun run = open(load(HEAD + THREE_TASKS), new NetworkWorks(folder))) {
            run.start();
            Await.until(() -> run.completed(run.handle("a")) >= 3);
            final ProcessHandle child = child();
            new ProcessBuilder("kill", "-STOP", Long.toString(child.pid())).start().waitFor();
            Await.until(() -> heard.contains("lost tpu0"));
            Await.until(() -> heard.contains("error a the child process of 'tpu0' was ended: its segment did not end"));
            Await.until(() -> !child.isAlive());
            final long done = run.completed(run.handle("c"));
            Await.until(() -> run.completed(run.handle("c")) >= done + 5);
            run.stop();
        }
        assertEquals(0, ProcessHandle.current().children().count());
    }

    @Test
    void shouldSayTheReasonWhenTheLibraryIsNotThere() throws IOException {
        final TaskSet set = load(HEAD.replace("driver: software, process: child", "driver: libedgetpu") + THREE_TASKS);
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class, () -> open(set, new NetworkWorks(folder)));
        assertTrue(refused.getMessage().startsWith("device 'tpu0' needs an Edge TPU: no libedgetpu.so.1; install"), refused.getMessage());
        assertEquals(0, ProcessHandle.current().children().count());
    }
}
