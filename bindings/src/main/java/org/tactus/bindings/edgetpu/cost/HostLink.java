// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.cost;

import java.util.List;
import java.util.Optional;

/**
 * How an Edge TPU hangs on its host: bandwidths, and what the host itself adds to an invocation.
 *
 * @param name                        {@code usb3}, {@code usb2} or {@code pcie}
 * @param toDeviceBytesPerSecond      from the host to the device
 * @param toHostBytesPerSecond        from the device to the host
 * @param fixedNs                     what an invocation costs the host whatever it moves, nanoseconds
 * @param inputShare                  what the host adds for each nanosecond of input transfer
 */
public record HostLink(
    String name, double toDeviceBytesPerSecond, double toHostBytesPerSecond, long fixedNs, double inputShare) {
    private static final double MIB = 1 << 20;

    /**
     * USB 3 on a Raspberry Pi 5. Bandwidths: means of bulk transfers, 336.6 and 62.8 MiB/s; host: 0.553 ms and 0.299 of the input's
     * span, a fit of 40 segments (both github pm2550/TPU_Models). A desktop's host costs about half (0.28 ms, LibrEdgeTPU).
     */
    public static final HostLink USB3 = new HostLink("usb3", 336.6 * MIB, 62.8 * MIB, 553_000, 0.299);
    /**
     * USB 2. To the device about 40 MB/s (LibrEdgeTPU's documents; Google's 1055 ms for inception_v4 give at least 34 MiB/s). The other
     * direction is not published: assumed alike. Host as for USB 3.
     */
    public static final HostLink USB2 = new HostLink("usb2", 40e6, 40e6, 553_000, 0.299);
    /**
     * PCIe on a Coral Dev Board: at least 360 MiB/s, from Google's 100 ms for inception_v4 and 36 MiB that it streams. The other
     * direction is not published: assumed alike. Host: the round trip of a tiny network, 0.28 ms (LibrEdgeTPU, over USB: not less
     * than over PCIe).
     */
    public static final HostLink PCIE = new HostLink("pcie", 360 * MIB, 360 * MIB, 280_000, 0);
    /** Every link that is known. */
    public static final List<HostLink> ALL = List.of(USB3, USB2, PCIE);

    /**
     * Finds a link.
     *
     * @param name its name
     * @return the link; empty for another name
     */
    public static Optional<HostLink> of(final String name) {
        return ALL.stream().filter(link -> link.name.equals(name)).findFirst();
    }
}
