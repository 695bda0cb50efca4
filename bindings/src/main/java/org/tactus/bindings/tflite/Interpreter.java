// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.util.List;
import org.tactus.bindings.NativeCallException;

/**
 * A model of TensorFlow Lite that is ready to run, in this process ({@link TfLiteInterpreter}) or in a child of it. Made and closed by a
 * control thread; run by one thread at a time.
 */
public interface Interpreter extends AutoCloseable {
    /**
     * What goes in.
     *
     * @return in the model's order
     */
    List<TfLiteTensor> inputs();

    /**
     * What comes out.
     *
     * @return in the model's order
     */
    List<TfLiteTensor> outputs();

    /**
     * Computes the outputs of the inputs and returns when they are written; the calling thread may sleep meanwhile. Allocates nothing.
     *
     * @throws NativeCallException when the library reports an error
     */
    void invoke();

    /**
     * Sets the tensors that the model keeps from run to run back to what they are before a first run. Called when none is under way.
     *
     * @return false when the library has no such function, so that only a new interpreter begins anew
     * @throws NativeCallException when the library reports an error
     */
    boolean resetVariableTensors();

    /**
     * Checks that the tensors' memory is still where it was; call it after a first run.
     *
     * @throws NativeCallException when the library moved a tensor
     */
    void requireInPlace();

    /** Frees everything. Called after the last run; a second call does nothing. */
    @Override
    void close();
}
