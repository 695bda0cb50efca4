// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Three tasks of which 10 bytes never leave and 10 may, in a memory of 40 bytes: one chunk fits beside what stays. Their commands come one
 * by one, with time between them, as when the thread that adds the tasks loses its core.
 */
class AddedTogetherTest {
    private static final long MS = 1_000_000;
    /** When the first jobs are due, long after the last command. */
    private static final long FIRST_NS = 50 * MS;
    private static final int TASKS = 3;
    private static final DeviceMemory MEMORY = new DeviceMemory(40, 10, SwapProtocol.SEQ, 50_000, 50_000, 0, 0);

    private Dispatcher dispatcher;
    private PolicyState state;
    private long nowNs;

    @BeforeEach
    void open() {
        final var builder = TaskSet.builder("together").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY));
        for (int i = 0; i < TASKS; i++) {
            builder.task("t" + i, t -> t.periodNs(100 * MS).segment("gpu0", MS)
                .memory(new TaskMemory(20, OptionalLong.of(10), Optional.empty())));
        }
        final TaskSet set = builder.build();
        state = PolicyState.allocate(set.policy(), TASKS, TASKS, 1);
        final Dispatcher[] dispatchers = new Dispatcher[1];
        final SegmentWork[] works = new SegmentWork[TASKS];
        dispatcher = new Dispatcher(0, new ModelledDevice(MEMORY, TASKS, 1), state, new Recorder(0, TASKS, new EventRing(1 << 16)),
            () -> nowNs, Long.MAX_VALUE, works, new Throwable[TASKS], dispatchers, MEMORY, Overheads.NONE);
        dispatchers[0] = dispatcher;
        for (int i = 0; i < TASKS; i++) {
            works[i] = new TimedWork(() -> nowNs, set.tasks().get(i).segments().getFirst(), 1);
            dispatcher.recorder.prepare(i, new Histogram(1000 * MS, 3));
            state.define(i, set.tasks().get(i), i, 0);
            dispatcher.memory.define(i, set.tasks().get(i));
            dispatcher.device.define(i, set.tasks().get(i));
        }
    }

    private void work(final int rounds) {
        for (int i = 0; i < rounds; i++, nowNs += MS) {
            dispatcher.doWork(nowNs);
        }
    }

    private void admit(final int slot) {
        assertTrue(dispatcher.command(CommandDescriptor.ADMIT, slot, state.generation(slot), FIRST_NS, TASKS));
    }

    /** Without the number of those that come together, two chunks were brought in before the third task was counted: 50 bytes of 40. */
    @ParameterizedTest
    @ValueSource(strings = {"012", "021", "102", "120", "201", "210"})
    void shouldMoveNothingUntilAllTasksThatAreAddedTogetherAreCounted(final String order) {
        for (final int slot : order.chars().map(digit -> digit - '0').toArray()) {
            assertFalse(dispatcher.memory.isBusy() || dispatcher.memory.counts().chunksIn() > 0, "before slot " + slot);
            admit(slot);
            work(5);
        }
        work(150);
        assertTrue(dispatcher.memory.counts().chunksIn() >= TASKS, "each had its chunk in turn");
        assertTrue(dispatcher.memory.counts().mostUsedBytes() <= 40, dispatcher.memory.counts().mostUsedBytes() + " bytes of 40");
    }

    @Test
    void shouldDecideAgainWhenADeviceIsLostBeforeAllHaveCome() {
        dispatcher.command(CommandDescriptor.LOST, 0, 0, 0);
        admit(0);
        work(5);
        assertEquals(1, dispatcher.memory.counts().chunksIn(), "the others may never come");
        open();
        admit(0);
        work(5);
        assertFalse(dispatcher.memory.isBusy());
        dispatcher.command(CommandDescriptor.LOST, 0, 0, 0);
        work(5);
        assertEquals(1, dispatcher.memory.counts().chunksIn(), "else a job that is to be ended would never be");
    }
}
