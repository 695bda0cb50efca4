// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

/** Takes over operators of a model; belongs to the one interpreter that it was given to. */
public interface TfLiteDelegate extends AutoCloseable {
    /**
     * The native object.
     *
     * @return its address
     */
    long address();

    /** Frees the native object; the interpreter is deleted before. */
    @Override
    void close();
}
