// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import org.tactus.bindings.tflite.Interpreter;

/**
 * What a child process keeps for its parent: a foreign library with its device. Made in the child, by a public constructor without
 * parameters.
 */
public interface ChildContent extends AutoCloseable {
    /**
     * Opens the device.
     *
     * @param arguments what the parent says of it
     * @return which driver answers, for reports
     * @throws RuntimeException when there is none; the parent sees the message
     */
    String open(String arguments);

    /**
     * Loads a network.
     *
     * @param model a file's bytes
     * @return what computes it; invoked by one thread at a time, which is another one for each network
     * @throws RuntimeException when it is refused; the parent sees the message
     */
    Interpreter load(byte[] model);

    /**
     * Tells, after a failure, whether nothing will run here any more. Any thread; may be slow.
     *
     * @return true when the device is gone
     */
    boolean isGone();

    /** Gives the device back. */
    @Override
    void close();
}
