// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.util.List;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;

/** A network that computes nothing: what the way to the child and back takes by itself. Any thread. */
final class Nothing implements Interpreter {
    @Override
    public List<TfLiteTensor> inputs() {
        return List.of();
    }

    @Override
    public List<TfLiteTensor> outputs() {
        return List.of();
    }

    @Override
    public void invoke() {
        // has nothing to compute
    }

    @Override
    public boolean resetVariableTensors() {
        return true;
    }

    @Override
    public void requireInPlace() {
        // has no tensors
    }

    @Override
    public void close() {
        // holds nothing
    }
}
