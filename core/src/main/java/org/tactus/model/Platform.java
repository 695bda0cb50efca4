// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The machine: its devices, in the file's order. A device's index in this list is its identity everywhere.
 *
 * @param devices at least one
 */
public record Platform(List<DeviceSpec> devices) {

    public Platform {
        devices = List.copyOf(devices);
    }

    /**
     * Finds a device by its name.
     *
     * @param name the name
     * @return its index, or -1
     */
    public int indexOf(final String name) {
        for (int i = 0; i < devices.size(); i++) {
            if (devices.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Checks that a task, which a program may have made for another platform, names devices of this one only.
     *
     * @param task the task
     * @throws InvalidTaskSetException with the task, the index that is wrong and the devices that there are
     */
    public void requireDevicesOf(final Task task) {
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            require(segment.device(), "segments[" + i + "].device", "segment " + i + " of task '" + task.name() + "' is on");
            final String offered = "segment " + i + " of task '" + task.name() + "' is offered to";
            segment.offer().ifPresent(offer -> require(offer.device(), "segments.offer.device", offered));
        }
    }

    private void require(final int device, final String field, final String what) {
        if (device < 0 || device >= devices.size()) {
            throw new InvalidTaskSetException(field, what + " device " + device + ", which is not there; there are "
                + IntStream.range(0, devices.size()).mapToObj(i -> i + " '" + devices.get(i).name() + "'")
                    .collect(Collectors.joining(", ")));
        }
    }

    /**
     * The devices whose dispatchers run by turns in one thread, because they may use the same cores: with a thread each, one would wait
     * while another spins. CPU devices and Edge TPUs, whose dispatchers wait inside a segment, share no core (see {@link TaskSetBuilder}).
     *
     * @param device index of a device
     * @return indices, the device's own among them
     */
    public BitSet sharingThread(final int device) {
        final BitSet group = new BitSet();
        group.set(device);
        if (holdsItsCores(devices.get(device))) {
            return group;
        }
        final BitSet cores = new BitSet();
        devices.get(device).cores().forEach(cores::set);
        boolean grown = true;
        while (grown) { // sharing is transitive: [0, 1] and [1, 2] bring [0] and [2] together
            grown = false;
            for (int i = 0; i < devices.size(); i++) {
                final DeviceSpec other = devices.get(i);
                if (!group.get(i) && !holdsItsCores(other) && other.cores().stream().anyMatch(cores::get)) {
                    group.set(i);
                    other.cores().forEach(cores::set);
                    grown = true;
                }
            }
        }
        return group;
    }

    /** Whether a device's dispatcher waits inside a segment, so that nothing else may need its cores. */
    static boolean holdsItsCores(final DeviceSpec device) {
        return device.kind() == DeviceKind.CPU || device.kind() == DeviceKind.EDGETPU;
    }
}
