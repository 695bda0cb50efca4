// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterAllocateTensors_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterCreate_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterDelete_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterGetInputTensorCount_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterGetInputTensor_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterGetOutputTensorCount_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterGetOutputTensor_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterInvoke_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterOptionsAddDelegate_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterOptionsCreate_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterOptionsDelete_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterOptionsSetErrorReporter_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterOptionsSetNumThreads_t;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterResetVariableTensors_t;
import org.tactus.bindings.generated.tflite.TfLiteModelCreate_t;
import org.tactus.bindings.generated.tflite.TfLiteModelDelete_t;
import org.tactus.bindings.generated.tflite.TfLiteTensorByteSize_t;
import org.tactus.bindings.generated.tflite.TfLiteTensorData_t;
import org.tactus.bindings.generated.tflite.TfLiteTensorDim_t;
import org.tactus.bindings.generated.tflite.TfLiteTensorName_t;
import org.tactus.bindings.generated.tflite.TfLiteTensorNumDims_t;
import org.tactus.bindings.generated.tflite.TfLiteTensorType_t;
import org.tactus.bindings.generated.tflite.tflite_h;
import org.tactus.bindings.linux.Denormals;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A model that is ready to run. Made and closed by a control thread; {@link #invoke} is called by one thread at a time, and computes on
 * that thread alone. It cannot be ended early: the C interface of the paired versions has no such call.
 *
 * <p>Holds the order that the library wants: the model's bytes outlive the model, the error reporter and the delegate outlive the
 * interpreter; deleted are the interpreter, its options, the model, then the delegate.
 */
public final class TfLiteInterpreter implements Interpreter {
    private static final int ALIGNMENT_BYTES = 64;

    private final TfLiteFunctions functions;
    private final TfLiteDelegate delegate;
    private final Arena arena = Arena.ofShared();
    private final ErrorText errors = new ErrorText(arena);
    private final MemorySegment invoke;
    private final List<TfLiteTensor> inputs;
    private final List<TfLiteTensor> outputs;
    private long model;
    private long options;
    private long interpreter;
    private boolean closed;

    TfLiteInterpreter(final TfLite library, final byte[] bytes, final TfLiteDelegate delegate) {
        this.functions = library.functions;
        this.invoke = functions.invoke;
        this.delegate = delegate;
        try {
            final MemorySegment data = arena.allocate(Math.max(1, bytes.length), ALIGNMENT_BYTES);
            MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
            model = need("TfLiteModelCreate", TfLiteModelCreate_t.invoke(functions.modelCreate, data.address(), bytes.length),
                "the bytes are no sound TensorFlow Lite model");
            options = need("TfLiteInterpreterOptionsCreate", TfLiteInterpreterOptionsCreate_t.invoke(functions.optionsCreate), "no memory");
            TfLiteInterpreterOptionsSetNumThreads_t.invoke(functions.optionsSetNumThreads, options, 1);
            TfLiteInterpreterOptionsSetErrorReporter_t.invoke(functions.optionsSetErrorReporter, options, errors.reporter(), 0);
            if (delegate != null) {
                TfLiteInterpreterOptionsAddDelegate_t.invoke(functions.optionsAddDelegate, options, delegate.address());
            }
            interpreter = need("TfLiteInterpreterCreate", TfLiteInterpreterCreate_t.invoke(functions.interpreterCreate, model, options),
                errors.take());
            check("TfLiteInterpreterAllocateTensors", TfLiteInterpreterAllocateTensors_t.invoke(functions.allocateTensors, interpreter));
            inputs = tensors(TfLiteInterpreterGetInputTensorCount_t.invoke(functions.inputTensorCount, interpreter), true);
            outputs = tensors(TfLiteInterpreterGetOutputTensorCount_t.invoke(functions.outputTensorCount, interpreter), false);
        } catch (final Throwable e) {
            close();
            throw e;
        }
    }

    private static long need(final String function, final long object, final String text) {
        if (object == 0) {
            throw new NativeCallException(function, tflite_h.kTfLiteError(), text);
        }
        return object;
    }

    private void check(final String function, final int status) {
        if (status != tflite_h.kTfLiteOk()) {
            throw new NativeCallException(function, status, errors.take());
        }
    }

    private List<TfLiteTensor> tensors(final int count, final boolean input) {
        final List<TfLiteTensor> tensors = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            final long tensor = tensor(i, input);
            final List<Long> shape = new ArrayList<>();
            for (int j = 0; j < TfLiteTensorNumDims_t.invoke(functions.tensorNumDims, tensor); j++) {
                shape.add((long) TfLiteTensorDim_t.invoke(functions.tensorDim, tensor, j));
            }
            final TensorInfo info = new TensorInfo(TfLite.text(TfLiteTensorName_t.invoke(functions.tensorName, tensor)),
                type(TfLiteTensorType_t.invoke(functions.tensorType, tensor)), shape);
            final long data = TfLiteTensorData_t.invoke(functions.tensorData, tensor);
            final long size = TfLiteTensorByteSize_t.invoke(functions.tensorByteSize, tensor);
            if (!info.isFixed() || data == 0 || size != info.bytes()) {
                throw new NativeCallException("TfLiteTensorData", tflite_h.kTfLiteError(), (input ? "input " : "output ") + info
                    + " has no memory of a fixed size before a run; give the model fixed shapes");
            }
            tensors.add(new TfLiteTensor(info, MemorySegment.ofAddress(data).reinterpret(size, arena, null)));
        }
        return List.copyOf(tensors);
    }

    private long tensor(final int index, final boolean input) {
        return input ? TfLiteInterpreterGetInputTensor_t.invoke(functions.inputTensor, interpreter, index)
            : TfLiteInterpreterGetOutputTensor_t.invoke(functions.outputTensor, interpreter, index);
    }

    /** The type of a number of TfLiteType; null for one without elements of fixed width. */
    private static ElementType type(final int number) {
        return switch (number) {
            case 1 -> ElementType.FLOAT;
            case 2 -> ElementType.INT32;
            case 3 -> ElementType.UINT8;
            case 4 -> ElementType.INT64;
            case 6 -> ElementType.BOOL;
            case 7 -> ElementType.INT16;
            case 9 -> ElementType.INT8;
            case 10 -> ElementType.FLOAT16;
            case 11 -> ElementType.DOUBLE;
            default -> null;
        };
    }

    /**
     * What goes in.
     *
     * @return in the model's order
     */
    @Override
    public List<TfLiteTensor> inputs() {
        return inputs;
    }

    /**
     * What comes out.
     *
     * @return in the model's order
     */
    @Override
    public List<TfLiteTensor> outputs() {
        return outputs;
    }

    /**
     * Computes the outputs of the inputs. Returns when they are written; a delegate may block the calling thread meanwhile. Allocates
     * nothing; denormals are zero meanwhile.
     *
     * @throws NativeCallException when the library or the delegate reports an error
     */
    @Override
    public void invoke() {
        Denormals.flush();
        final int status = TfLiteInterpreterInvoke_t.invoke(invoke, interpreter);
        Denormals.keep();
        if (status != tflite_h.kTfLiteOk()) {
            throw new NativeCallException("TfLiteInterpreterInvoke", status, errors.take());
        }
    }

    /**
     * Sets the tensors that the model keeps from run to run back to what they are before a first run. Called when none is under way.
     *
     * @return false when the library has no such function, so that only a new interpreter begins anew
     * @throws NativeCallException when the library reports an error
     */
    @Override
    public boolean resetVariableTensors() {
        if (functions.resetVariableTensors.address() == 0) {
            return false;
        }
        check("TfLiteInterpreterResetVariableTensors",
            TfLiteInterpreterResetVariableTensors_t.invoke(functions.resetVariableTensors, interpreter));
        return true;
    }

    /**
     * Checks that the tensors' memory is still where it was; call it after a first run.
     *
     * @throws NativeCallException when the library moved a tensor, which a model of fixed shapes gives no reason for
     */
    @Override
    public void requireInPlace() {
        requireInPlace(inputs, true);
        requireInPlace(outputs, false);
    }

    private void requireInPlace(final List<TfLiteTensor> tensors, final boolean input) {
        for (int i = 0; i < tensors.size(); i++) {
            if (TfLiteTensorData_t.invoke(functions.tensorData, tensor(i, input)) != tensors.get(i).memory().address()) {
                throw new NativeCallException("TfLiteTensorData", tflite_h.kTfLiteError(),
                    tensors.get(i).info() + " moves from run to run; give the model fixed shapes");
            }
        }
    }

    /** Frees everything, the delegate last. Called after the last run; a second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (interpreter != 0) {
            TfLiteInterpreterDelete_t.invoke(functions.interpreterDelete, interpreter);
        }
        if (options != 0) {
            TfLiteInterpreterOptionsDelete_t.invoke(functions.optionsDelete, options);
        }
        if (model != 0) {
            TfLiteModelDelete_t.invoke(functions.modelDelete, model);
        }
        if (delegate != null) {
            delegate.close();
        }
        arena.close();
    }
}
