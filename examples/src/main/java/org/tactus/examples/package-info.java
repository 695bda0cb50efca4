// SPDX-License-Identifier: Apache-2.0
/**
 * Programs that embed Tactus, one file each. Read them in this order: {@link org.tactus.examples.OwnCode}, {@link
 * org.tactus.examples.SporadicRelease}, {@link org.tactus.examples.Camera}, {@link org.tactus.examples.FedNetwork}, {@link
 * org.tactus.examples.TwoNetworks}, {@link org.tactus.examples.MeasuredBesideBound}, {@link org.tactus.examples.JoiningNetwork}, {@link
 * org.tactus.examples.NativeEngine}.
 *
 * <p>Comes in: the public rooms of {@code org.tactus} only. Leaves: a table on standard output; the tests run every program.
 */
package org.tactus.examples;
