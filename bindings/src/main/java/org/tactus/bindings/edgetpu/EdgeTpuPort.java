// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu;

/**
 * An Edge TPU as the library lists it.
 *
 * @param usb  true on USB, false on PCIe
 * @param path where the system has it, such as {@code /sys/bus/usb/devices/2-2} or {@code /dev/apex_0}
 */
public record EdgeTpuPort(boolean usb, String path) {
    @Override
    public String toString() {
        return (usb ? "usb " : "pci ") + path;
    }
}
