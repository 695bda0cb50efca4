package org.tactus.model;

import java.util.List;

/**
 * The machine: its devices, in the file's order. A device's index in this list is its identity everywhere.
 *
 * @param devices at least one
 */
public record Platform(List<DeviceSpec> devices) {

    /** Copies the list. */
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
}
