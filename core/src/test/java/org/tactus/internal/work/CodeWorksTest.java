// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.ModelSource;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

@Timeout(60)
class CodeWorksTest {
    private static final long MS = 1_000_000;
    private static final TaskSet SET = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
        .task("own", t -> t.periodNs(20 * MS).segment("cpu0", MS).segment("acc0", MS).segment("cpu0", MS))
        .task("timed", t -> t.periodNs(40 * MS).segment("cpu0", MS)).build();

    private static TaskSetRun open(final CodeWorks works, final KernelListener listener) {
        return TaskSetRun.open(SET, RunSettings.DEFAULT.withRealTime(false), works, listener);
    }

    @Test
    void shouldRunTheCodeOfEachJobInOrderWhenSegmentsHaveCode() throws InterruptedException {
        final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        final CodeWorks works = new CodeWorks().segment("own", 0, job -> seen.add("first " + job))
            .segment("own", 2, job -> seen.add("last " + job));
        try (TaskSetRun tactus = open(works, KernelListener.NONE)) {
            tactus.start();
            Thread.sleep(500);
            final RunResult result = tactus.stop();
            final long jobs = result.tasks().getFirst().jobs();
            assertTrue(jobs > 0 && result.tasks().get(1).jobs() > 0, result.tasks().toString());
            assertEquals(LongStream.range(0, jobs).boxed().flatMap(job -> Stream.of("first " + job, "last " + job))
                .toList(), new ArrayList<>(seen).subList(0, (int) (2 * jobs)));
        }
    }

    @Test
    void shouldStopItsTaskAloneWhenCodeThrows() throws InterruptedException {
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final CodeWorks works = new CodeWorks().segment("own", 0, job -> {
            if (job == 3) {
                throw new IllegalStateException("the fourth job breaks");
            }
        });
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause.getMessage());
            }
        };
        try (TaskSetRun tactus = open(works, listener)) {
            tactus.start();
            Thread.sleep(600);
            final RunResult result = tactus.stop();
            assertEquals(List.of("own: the fourth job breaks"), errors);
            assertEquals(3, result.tasks().getFirst().jobs());
            assertTrue(result.tasks().get(1).jobs() > 3, result.tasks().toString());
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenCodeHasNoPlace() {
        assertRefused("is no CPU device", SET, new CodeWorks().segment("own", 1, job -> { }));
        assertRefused("the last one is 2", SET, new CodeWorks().segment("own", 3, job -> { }));
        final TaskSet network = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0"))
            .task("net", t -> t.periodNs(20 * MS).model(new ModelSource.Zoo("resnet", "small", 1)).segment("cpu0", MS)).build();
        assertRefused("has a network", network, new CodeWorks().segment("net", 0, job -> { }));
    }

    @Test
    void shouldRefuseCodeWhenItIsNullOrOfATaskThatTheSetDoesNotHave() {
        final String none = assertThrows(InvalidTaskSetException.class, () -> new CodeWorks().segment("own", 0, null)).getMessage();
        assertTrue(none.contains("'own'") && none.contains("null is no code"), none);
        assertRefused("'onw', and the set has no such task; its tasks are own, timed", SET, new CodeWorks().segment("onw", 0, job -> { }));
        final CodeWorks later = new CodeWorks().segment("own", 0, job -> { });
        assertEquals(3, later.prepare(SET, List.of(), SET.tasks().getFirst(), 1).size());
        final Task added = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("added", t -> t.periodNs(20 * MS).segment("cpu0", MS)).build().tasks().getFirst();
        assertEquals(1, later.segment("added", 0, job -> { }).prepare(SET, List.of(), added, 1).size());
    }

    private static void assertRefused(final String why, final TaskSet set, final CodeWorks works) {
        final String message = assertThrows(InvalidTaskSetException.class,
            () -> works.prepare(set, List.of(), set.tasks().getFirst(), 1)).getMessage();
        assertTrue(message.contains(why), message);
    }
}
