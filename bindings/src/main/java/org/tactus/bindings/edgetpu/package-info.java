// SPDX-License-Identifier: Apache-2.0
/**
 * Coral Edge TPUs through libedgetpu: which devices there are, delegates for TensorFlow Lite, versions that go together.
 *
 * <p>Comes in: a device's path, options. Leaves: a delegate that an interpreter takes over, or an error that says what is missing.
 */
package org.tactus.bindings.edgetpu;
