package org.tactus.result;

/**
 * A time during which the platform, not the task set, kept work from running.
 *
 * @param atNs     when it began, nanoseconds since time zero
 * @param lengthNs how long it was
 * @param where    a device, a thread or the machine
 * @param cause    what saw it: {@code loop gap}, {@code steal}, {@code run delay}, {@code safepoint NAME}
 */
public record Stall(long atNs, long lengthNs, String where, String cause) {
    /**
     * The end.
     *
     * @return nanoseconds since time zero
     */
    public long endNs() {
        return atNs + lengthNs;
    }
}
