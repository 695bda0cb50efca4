// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;

@Timeout(60)
class MonitorTest {
    private static final TaskSet SET = TaskSet.builder("test").device(DeviceSpec.modelled("acc0"))
        .task("a", t -> t.periodNs(1_000_000).segment("acc0", 1000)).build();

    private final TaskTable tasks = new TaskTable(KernelOptions.DEFAULT);
    private final PolicyState state = PolicyState.allocate(SET.policy(), KernelOptions.DEFAULT.taskCapacity(), 4096, 1);
    private final DispatcherGroup group = new DispatcherGroup(SET, List.of(new ModelledDevice()), state, tasks,
        KernelOptions.DEFAULT, ThreadSetup.NONE, Clock.SYSTEM); // never started: the test writes in its dispatcher's place

    @Test
    void shouldDrainEveryEventWhenTheLastRoundFindsMoreThanABatch() throws InterruptedException {
        final CountDownLatch inRound = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicLong seen = new AtomicLong();
        final AtomicLong last = new AtomicLong();
        final KernelListener blocking = new KernelListener() {
            @Override
            public void onRound() {
                inRound.countDown();
                try {
                    go.await();
                } catch (final InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        final Monitor monitor = new Monitor(group, tasks, state, Overheads.NONE, KernelOptions.DEFAULT, ThreadSetup.NONE, blocking,
            (type, timeNs, device, task, segment, job, argument) -> {
                seen.incrementAndGet();
                last.set(job);
            }, Clock.SYSTEM,
            new ModeWatch(new ModeChanges(state, SET.platform(), members -> ModeChanges.UNKNOWN), Clock.SYSTEM));
        final EventRing events = group.dispatchers()[0].recorder.events;
        long written = 0;
        while (written < 1000) { // so that the ring's end lies inside what follows
            events.write(EventType.COMPLETE, 1, 0, 0, 0, written++, 0);
        }
        monitor.start();
        inRound.await();
        while (events.write(EventType.COMPLETE, 1, 0, 0, 0, written, 0)) {
            written++;
        }
        assertTrue(written > 1 << 14, "more than a batch");
        final Thread ending = Thread.ofPlatform().start(monitor::shutDown);
        // It waits for the monitor's end, so that the round under way is the last one.
        Await.until(() -> ending.getState() == Thread.State.WAITING || ending.getState() == Thread.State.TIMED_WAITING);
        go.countDown();
        ending.join();
        assertEquals(written, seen.get());
        assertEquals(written - 1, last.get());
        assertEquals(0, events.unread());
    }

    @Test
    void shouldKeepACommandWhenTheRingIsFull() {
        final OwedCommands commands = new OwedCommands(group, slot -> { });
        state.define(0, SET.tasks().getFirst(), 0, 0);
        assertTrue(group.trySend(0, CommandDescriptor.ADMIT, 0, state.generation(0), 1_000_000));
        group.dispatchers()[0].doWork(0);
        int sent = 0;
        while (group.trySend(0, CommandDescriptor.TOUCH, 0, 0, 0)) {
            sent++;
        }
        assertTrue(sent > 100);
        state.requestStop(0);
        for (int i = 0; i < 10; i++) {
            commands.send(0, CommandDescriptor.STOP, 0, state.generation(0));
            commands.send(0, CommandDescriptor.QUIESCE, 0, state.generation(0));
        }
        assertEquals(2, commands.size(), "the same command is kept once");
        commands.retry();
        assertEquals(2, commands.size());
        group.dispatchers()[0].doWork(1);
        commands.retry();
        assertEquals(0, commands.size());
        group.dispatchers()[0].doWork(2);
        assertTrue(state.isStopped(0));
    }

    @Test
    void shouldLeaveTheNextTaskAloneWhenAKeptStopComesLate() {
        final OwedCommands commands = new OwedCommands(group, slot -> { });
        while (group.trySend(0, CommandDescriptor.TOUCH, 0, 0, 0)) {
            assertEquals(0, commands.size());
        }
        state.define(0, SET.tasks().getFirst(), 0, 0);
        commands.send(0, CommandDescriptor.STOP, 0, state.generation(0));
        state.define(0, SET.tasks().getFirst(), 0, 0);
        group.dispatchers()[0].doWork(1);
        commands.retry();
        assertEquals(0, commands.size());
        group.dispatchers()[0].doWork(2);
        assertFalse(state.isStopRequested(0));
        assertFalse(state.isStopped(0));
    }
}
