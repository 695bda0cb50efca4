// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import org.tactus.bindings.tflite.Interpreter;

/** What a child process keeps for its parent: a device, or a library. Made by the child's first thread by a public constructor without parameters. */
public interface ChildContent extends AutoCloseable {
    /**
     * Opens the device.
     *
     * @param arguments what the parent says of it
     * @return which driver answers, for reports
     */
    String open(String arguments);

    /**
     * Loads something to run.
     *
     * @param name  what errors call it
     * @param bytes a file's
     * @return what runs it; invoked by one thread at a time, of several
     */
    Interpreter load(String name, byte[] bytes);

    /**
     * Tells, after a failure, whether nothing will run here any more.
     *
     * @return true when the device is gone
     */
    boolean isGone();

    /** Gives the device back. */
    @Override
    void close();
}
