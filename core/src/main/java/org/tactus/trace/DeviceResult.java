package org.tactus.trace;

/**
 * One device's line of a result.
 *
 * @param name        the device
 * @param kind        {@code cpu}, {@code modelled}, {@code cuda} or {@code edgetpu}
 * @param driver      which driver answered; empty when the kind says it all
 * @param busyNs      time during which segments ran on it, nanoseconds
 * @param utilisation share of the run that it was busy
 */
public record DeviceResult(String name, String kind, String driver, long busyNs, double utilisation) {
    /**
     * Tells whether this device's times come from a model, not from hardware.
     *
     * @return true for a modelled device and for a software driver
     */
    public boolean isModelled() {
        return kind.equals("modelled") || driver.equals("software");
    }
}
