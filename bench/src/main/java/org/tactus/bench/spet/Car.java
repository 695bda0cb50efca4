// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

/**
 * A model car that drives straight towards a pedestrian and brakes when a detection says that the pedestrian is near.
 *
 * @param speed        metres a second until it brakes
 * @param deceleration metres a second squared while it brakes
 * @param brakeAt      distance to the pedestrian, metres, from which on a frame makes the detection say so
 */
public record Car(double speed, double deceleration, double brakeAt) {
    private static final double NS = 1e9;

    /**
     * Way at full speed.
     *
     * @param ns nanoseconds
     * @return metres
     */
    public double metres(final long ns) {
        return speed * ns / NS;
    }

    /**
     * Way from the start of braking to standstill.
     *
     * @return metres
     */
    public double stoppingMetres() {
        return speed * speed / (2 * deceleration);
    }
}
