// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * A removed task counts while there is a job that has waited for it, also one that its dispatcher has not taken notice of: on a device
 * that computes on its dispatcher's core, what comes due during a segment is taken after it.
 */
class ModeChangesTest {
    private static final int LEAVES = 0;
    private static final int WAITS = 1;

    private final Rig rig;
    private final ModeChanges modes;

    ModeChangesTest() {
        final TaskSet set = TaskSet.builder("s").device(DeviceSpec.cpu("cpu0"))
            .task("leaves", t -> t.periodNs(200).priority(1).segment("cpu0", 100))
            .task("waits", t -> t.periodNs(1_000).offsetNs(50).jitterNs(20).priority(3).segment("cpu0", 30))
            .task("rings", t -> t.periodNs(1_000).release(Release.SPORADIC).priority(4).segment("cpu0", 30)).build();
        rig = new Rig(set);
        modes = new ModeChanges(rig.state, set.platform(), members -> ModeChanges.UNKNOWN);
        for (int slot = 0; slot < set.tasks().size(); slot++) {
            rig.state.firstRelease(slot, set.tasks().get(slot).offsetNs());
            modes.joined(slot, set.tasks().get(slot));
        }
        rig.devices[0].release(0);
    }

    private void remove(final int slot, final long nowNs) {
        modes.removing(slot);
        rig.state.requestStop(slot);
        rig.devices[0].stop(slot, rig.state.generation(slot), nowNs);
    }

    private boolean letsGo(final long nowNs) {
        return modes.look(nowNs) && modes.confirm();
    }

    private List<String> counted() {
        return modes.counted().stream().map(Task::name).toList();
    }

    @Test
    void shouldCountARemovedTaskWhileAJobThatCameDueInItsLastSegmentIsNotSeen() {
        final int running = rig.devices[0].select();
        assertEquals(LEAVES, running);
        rig.devices[0].started(running, 0);
        remove(LEAVES, 10);
        rig.devices[0].segmentDone(running, 100, false);
        assertTrue(rig.state.isStopped(LEAVES));
        assertFalse(rig.state.isLive(WAITS), "it was due at 70 at the latest, and its dispatcher has not looked since");
        assertFalse(letsGo(101), "a job that waited for the removed task has not begun");
        rig.devices[0].release(102);
        assertTrue(rig.state.isLive(WAITS));
        assertFalse(letsGo(103));
        rig.run(0, 104, 134);
        assertTrue(letsGo(135), "nothing is live or due");
        assertEquals(List.of("waits", "rings"), counted());
    }

    @Test
    void shouldCountARemovedTaskWhileAnArrivalInItsLastSegmentIsNotSeen() {
        remove(WAITS, 10);
        final int running = rig.devices[0].select();
        rig.devices[0].started(running, 0);
        remove(LEAVES, 10);
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(2, 40));
        rig.devices[0].segmentDone(running, 100, false);
        assertFalse(letsGo(101), "an arrival that waited for the removed task has not become a job");
        rig.devices[0].release(102);
        assertFalse(letsGo(103));
        rig.run(0, 104, 134);
        assertTrue(letsGo(135));
        assertEquals(List.of("rings"), counted());
    }

    @Test
    void shouldLetARemovedTaskGoWhenAnotherHasStoppedWithAReleaseInThePast() {
        rig.state.requestStop(WAITS); // by an error or a lost device: its dispatcher releases nothing more, and may be stuck
        final int running = rig.devices[0].select();
        rig.devices[0].started(running, 0);
        remove(LEAVES, 10);
        rig.devices[0].segmentDone(running, 100, false);
        assertTrue(letsGo(1_000_000));
        assertEquals(List.of("waits", "rings"), counted());
    }
}
