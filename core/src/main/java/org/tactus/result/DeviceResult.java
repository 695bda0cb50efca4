// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.Optional;

/**
 * The result of one device.
 *
 * @param name        the device
 * @param kind        {@code cpu}, {@code modelled}, {@code cuda} or {@code edgetpu}
 * @param driver      which driver answered; empty when the kind says it all
 * @param busyNs      time during which segments ran on it, nanoseconds
 * @param utilisation share of the run that it was busy
 * @param swaps       what its copy engines did; empty where no task is swapped
 * @param lost        whether the device was declared lost: a segment did not end, the device was gone, or its dispatcher died
 */
public record DeviceResult(
    String name, String kind, String driver, long busyNs, double utilisation, Optional<SwapResult> swaps, boolean lost) {
    /**
     * Makes the line of a device that was not lost.
     *
     * @param name        the device
     * @param kind        {@code cpu}, {@code modelled}, {@code cuda} or {@code edgetpu}
     * @param driver      which driver answered; empty when the kind says it all
     * @param busyNs      time during which segments ran on it, nanoseconds
     * @param utilisation share of the run that it was busy
     * @param swaps       what its copy engines did; empty where no task is swapped
     */
    public DeviceResult(
        final String name, final String kind, final String driver, final long busyNs, final double utilisation,
        final Optional<SwapResult> swaps) {
        this(name, kind, driver, busyNs, utilisation, swaps, false);
    }

    /**
     * Makes the line of a device that does not swap.
     *
     * @param name        the device
     * @param kind        {@code cpu}, {@code modelled}, {@code cuda} or {@code edgetpu}
     * @param driver      which driver answered; empty when the kind says it all
     * @param busyNs      time during which segments ran on it, nanoseconds
     * @param utilisation share of the run that it was busy
     */
    public DeviceResult(final String name, final String kind, final String driver, final long busyNs, final double utilisation) {
        this(name, kind, driver, busyNs, utilisation, Optional.empty());
    }

    /**
     * Tells whether this device's times come from a model, not from hardware.
     *
     * @return true for a modelled device and for a software driver
     */
    public boolean isModelled() {
        return kind.equals("modelled") || driver.contains("software");
    }
}
