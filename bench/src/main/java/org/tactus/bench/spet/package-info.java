// SPDX-License-Identifier: Apache-2.0
/**
 * The Edge TPU's experiments: menus from published measurements, what the stock system does, the car.
 *
 * <p>Comes in: a task set with menus, or tables beside the classes. Leaves: task sets as the stock compiler would have them, and how far a
 * car drives.
 */
package org.tactus.bench.spet;
