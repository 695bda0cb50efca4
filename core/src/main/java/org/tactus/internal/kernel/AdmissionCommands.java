// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.Set;

/**
 * The commands that make a task known to the dispatchers of its devices and admit it at its home, in that order: a device whose memory is
 * scheduled must know the task before its job arrives. A stuck dispatcher whose ring is full takes none. The control thread then leaves the
 * rest to the monitor, for which such a task is like one whose command lies in the ring of a stuck dispatcher: it begins when that goes on.
 */
final class AdmissionCommands {
    private final DispatcherGroup group;
    private final int slot;
    private final int generation;
    private final long firstNominalNs;
    /** The home comes last. */
    private final int[] devices;
    /** By device, how many tasks are added together. */
    private final int[] together;
    private int next;

    AdmissionCommands(
        final DispatcherGroup group, final int slot, final int generation, final int home, final Set<Integer> devices,
        final long firstNominalNs, final int[] together) {
        this.group = group;
        this.slot = slot;
        this.generation = generation;
        this.firstNominalNs = firstNominalNs;
        this.together = together;
        this.devices = new int[devices.size()];
        int at = 0;
        for (final int device : devices) {
            if (device != home) {
                this.devices[at++] = device;
            }
        }
        this.devices[at] = home;
    }

    /** Sends what is left and waits for room as long as it may come; false when a dispatcher takes nothing. Control thread. */
    boolean send() {
        while (next < devices.length && group.send(
            devices[next], type(), slot, generation, firstNominalNs, together[devices[next]])) {
            next++;
        }
        return next == devices.length;
    }

    /** Sends what there is room for; true when nothing is left. Monitor. */
    boolean trySend() {
        while (next < devices.length && (group.isUnreachable(devices[next])
            || group.trySend(devices[next], type(), slot, generation, firstNominalNs, together[devices[next]]))) {
            next++;
        }
        return next == devices.length;
    }

    int slot() {
        return slot;
    }

    private int type() {
        return next == devices.length - 1 ? CommandDescriptor.ADMIT : CommandDescriptor.TOUCH;
    }
}
