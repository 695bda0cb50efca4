// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.interposed;

/** Decides what libraries get that call an {@link InterposedDriver}. Any thread of a library calls. */
public interface LibraryMemoryCalls {
    /** The address belongs to the driver. */
    int NOT_OURS = -1;

    /**
     * Gives memory.
     *
     * @param function the function that was called, for messages
     * @param bytes    how much, above 0; below 0 for more than 8 EiB
     * @return its address, above 0; or 0, where the library gets {@code CUDA_ERROR_OUT_OF_MEMORY}
     */
    long allocate(String function, long bytes);

    /**
     * Takes memory back.
     *
     * @param address as the library gives it
     * @return a status, or {@link #NOT_OURS}
     */
    int free(long address);

    /**
     * Tells how much memory the calling thread may still have.
     *
     * @return bytes, or {@link #NOT_OURS}
     */
    long leftBytes();

    /**
     * Tells how much memory there is for the calling thread.
     *
     * @return bytes
     */
    long totalBytes();

    /**
     * Checks a copy or a fill before the driver sees it.
     *
     * @param function the function that was called, for messages
     * @param address  the first on the device
     * @param bytes    how many
     * @param writes   whether they are written
     * @return 0, or the status that the library gets
     */
    int check(String function, long address, long bytes, boolean writes);

    /**
     * Refuses memory of a kind that nobody can give.
     *
     * @param function the function that was called, for messages
     * @param bytes    how much was asked for
     * @return the status that the library gets
     */
    int refuse(String function, long bytes);
}
