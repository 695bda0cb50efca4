// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.tactus.bindings.edgetpu.compiled.MalformedFileException;
import org.tactus.bindings.edgetpu.compiled.TfLiteFile;
import org.tactus.bindings.edgetpu.software.SoftwareInterpreter.SoftwareModel;
import org.tactus.bindings.edgetpu.software.SoftwareInterpreter.SoftwareTensor;
import org.tactus.bindings.generated.tflite.TfLiteInterpreterInvoke_t;
import org.tactus.bindings.generated.tflite.tflite_error_reporter_t;
import org.tactus.bindings.generated.tflite.tflite_h;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.software.Handles;

/**
 * The functions of TensorFlow Lite. Their names are those of the C header without {@code TfLite}. What computes is the device's
 * model of an invocation; a model without a compiled part is refused, because nothing here computes it.
 */
final class TfLiteCalls {
    private static final int VA_LIST_BYTES = 64;
    /** More than twice the 127 calls at which the JDK makes classes for a method handle, and then for the handle inside it. */
    private static final int REHEARSALS = 300;

    private final Handles<SoftwareModel> models = new Handles<>(0x4D);
    private final Handles<Options> allOptions = new Handles<>(0x4F);
    private final Handles<SoftwareInterpreter> interpreters = new Handles<>(0x49);
    private final Handles<SoftwareTensor> tensors = new Handles<>(0x54);
    private final EdgeTpuCalls edgeTpu;
    private final SoftwareTpu device;
    private final Misuse misuse;
    private final MemorySegment version;
    private final MemorySegment noArguments;

    TfLiteCalls(final EdgeTpuCalls edgeTpu, final SoftwareTpu device, final Misuse misuse, final Arena arena) {
        this.edgeTpu = edgeTpu;
        this.device = device;
        this.misuse = misuse;
        version = arena.allocateFrom(SoftwareEdgeTpu.VERSION);
        noArguments = arena.allocate(VA_LIST_BYTES);
    }

    /** What an interpreter is to be made with. */
    private static final class Options {
        private EdgeTpuCalls.Delegate delegate;
        private long reporter;
        private long userData;
    }

    /**
     * Calls the function of an invocation until the JDK has nothing left to make on the heap for its stub, which is this library's own. It
     * refuses each call, because the interpreter has no tensors, so the device does not see them.
     */
    void rehearse(final MemorySegment invoke) {
        final SoftwareInterpreter unready = new SoftwareInterpreter(null, null, 0, 0);
        final long handle = interpreters.add(unready);
        for (int i = 0; i < REHEARSALS; i++) {
            TfLiteInterpreterInvoke_t.invoke(invoke, handle);
        }
        interpreters.remove(handle).free(tensors);
    }

    private <T> T need(final Handles<T> handles, final long handle, final String function) {
        synchronized (misuse) {
            final T found = handles.find(handle);
            if (found == null) {
                misuse.add(function + " of what is none, or was deleted before");
            }
            return found;
        }
    }

    private <T> T delete(final Handles<T> handles, final long handle, final String function) {
        final T found = need(handles, handle, function);
        synchronized (misuse) {
            return found == null ? null : handles.remove(handle);
        }
    }

    long version() {
        return version.address();
    }

    long modelCreate(final long data, final long size) {
        final MemorySegment bytes = MemorySegment.ofAddress(data).reinterpret(size);
        try {
            final SoftwareModel model = new SoftwareModel(TfLiteFile.read(bytes.asByteBuffer()), bytes);
            synchronized (misuse) {
                return models.add(model);
            }
        } catch (final MalformedFileException e) {
            return 0;
        }
    }

    void modelDelete(final long model) {
        final SoftwareModel removed = delete(models, model, "TfLiteModelDelete");
        if (removed != null && removed.interpreters > 0) {
            misuse.add("TfLiteModelDelete before TfLiteInterpreterDelete: the interpreter would use freed memory");
        }
    }

    long interpreterOptionsCreate() {
        synchronized (misuse) {
            return allOptions.add(new Options());
        }
    }

    void interpreterOptionsDelete(final long options) {
        delete(allOptions, options, "TfLiteInterpreterOptionsDelete");
    }

    void interpreterOptionsSetNumThreads(final long options, final int threads) {
        need(allOptions, options, "TfLiteInterpreterOptionsSetNumThreads");
    }

    void interpreterOptionsAddDelegate(final long options, final long delegate) {
        final Options made = need(allOptions, options, "TfLiteInterpreterOptionsAddDelegate");
        final EdgeTpuCalls.Delegate given = need(edgeTpu.delegates, delegate, "TfLiteInterpreterOptionsAddDelegate");
        if (made != null) {
            made.delegate = given;
        }
    }

    void interpreterOptionsSetErrorReporter(final long options, final long reporter, final long userData) {
        final Options made = need(allOptions, options, "TfLiteInterpreterOptionsSetErrorReporter");
        if (made != null) {
            made.reporter = reporter;
            made.userData = userData;
        }
    }

    long interpreterCreate(final long model, final long options) {
        final SoftwareModel of = need(models, model, "TfLiteInterpreterCreate");
        final Options with = need(allOptions, options, "TfLiteInterpreterCreate");
        if (of == null || with == null) {
            return 0;
        }
        synchronized (misuse) {
            of.interpreters++;
            if (with.delegate != null) {
                with.delegate.interpreters++;
            }
            return interpreters.add(new SoftwareInterpreter(of, with.delegate, with.reporter, with.userData));
        }
    }

    void interpreterDelete(final long interpreter) {
        final SoftwareInterpreter removed = delete(interpreters, interpreter, "TfLiteInterpreterDelete");
        if (removed != null) {
            synchronized (misuse) {
                removed.model.interpreters--;
                if (removed.delegate != null) {
                    removed.delegate.interpreters--;
                }
                removed.free(tensors);
            }
        }
    }

    private int report(final SoftwareInterpreter interpreter, final int status, final String text) {
        if (interpreter.reporter != 0) {
            try (Arena once = Arena.ofConfined()) {
                tflite_error_reporter_t.invoke(MemorySegment.ofAddress(interpreter.reporter), interpreter.userData,
                    once.allocateFrom(text.replace("%", "%%")).address(), noArguments.address());
            }
        }
        return status;
    }

    int interpreterAllocateTensors(final long interpreter) {
        final SoftwareInterpreter of = need(interpreters, interpreter, "TfLiteInterpreterAllocateTensors");
        if (of == null) {
            return tflite_h.kTfLiteError();
        }
        if (!of.model.file.isCompiled()) {
            return report(of, tflite_h.kTfLiteError(), "the software Edge TPU computes no plain model; compile it by edgetpu_compiler");
        }
        if (of.delegate == null) {
            return report(of, tflite_h.kTfLiteUnresolvedOps(), "Encountered unresolved custom op: edgetpu-custom-op.");
        }
        if (!Stream.concat(of.model.file.inputs().stream(), of.model.file.outputs().stream()).allMatch(TensorInfo::isFixed)) {
            return report(of, tflite_h.kTfLiteError(), "a tensor has no fixed shape");
        }
        synchronized (misuse) {
            of.allocate(device, tensors);
        }
        return tflite_h.kTfLiteOk();
    }

    /** Runs for the model's time; allocates nothing when it goes well. */
    int interpreterInvoke(final long interpreter) {
        final long startNs = System.nanoTime();
        final SoftwareInterpreter of = need(interpreters, interpreter, "TfLiteInterpreterInvoke");
        if (of == null || of.packages == null) {
            return tflite_h.kTfLiteError();
        }
        of.compute();
        final String problem = device.run(of.packages, of.model.hostNs, of.delegate.slowness, startNs);
        return problem == null ? tflite_h.kTfLiteOk() : report(of, tflite_h.kTfLiteError(), problem);
    }

    int interpreterGetInputTensorCount(final long interpreter) {
        final SoftwareInterpreter of = need(interpreters, interpreter, "TfLiteInterpreterGetInputTensorCount");
        return of == null ? 0 : of.inputs.length;
    }

    int interpreterGetOutputTensorCount(final long interpreter) {
        final SoftwareInterpreter of = need(interpreters, interpreter, "TfLiteInterpreterGetOutputTensorCount");
        return of == null ? 0 : of.outputs.length;
    }

    long interpreterGetInputTensor(final long interpreter, final int index) {
        final SoftwareInterpreter of = need(interpreters, interpreter, "TfLiteInterpreterGetInputTensor");
        return of == null || index < 0 || index >= of.inputs.length ? 0 : of.inputs[index].handle();
    }

    long interpreterGetOutputTensor(final long interpreter, final int index) {
        final SoftwareInterpreter of = need(interpreters, interpreter, "TfLiteInterpreterGetOutputTensor");
        return of == null || index < 0 || index >= of.outputs.length ? 0 : of.outputs[index].handle();
    }

    int tensorType(final long tensor) {
        final SoftwareTensor of = need(tensors, tensor, "TfLiteTensorType");
        return of == null ? tflite_h.kTfLiteNoType() : switch (of.info().type()) {
            case FLOAT -> tflite_h.kTfLiteFloat32();
            case INT32 -> tflite_h.kTfLiteInt32();
            case UINT8 -> tflite_h.kTfLiteUInt8();
            case INT64 -> tflite_h.kTfLiteInt64();
            case BOOL -> tflite_h.kTfLiteBool();
            case INT16 -> tflite_h.kTfLiteInt16();
            case INT8 -> tflite_h.kTfLiteInt8();
            case FLOAT16 -> tflite_h.kTfLiteFloat16();
            case DOUBLE -> tflite_h.kTfLiteFloat64();
            default -> tflite_h.kTfLiteNoType();
        };
    }

    int tensorNumDims(final long tensor) {
        final SoftwareTensor of = need(tensors, tensor, "TfLiteTensorNumDims");
        return of == null ? 0 : of.info().shape().size();
    }

    int tensorDim(final long tensor, final int index) {
        final SoftwareTensor of = need(tensors, tensor, "TfLiteTensorDim");
        return of == null ? 0 : of.info().shape().get(index).intValue();
    }

    long tensorByteSize(final long tensor) {
        final SoftwareTensor of = need(tensors, tensor, "TfLiteTensorByteSize");
        return of == null ? 0 : of.memory().byteSize();
    }

    long tensorData(final long tensor) {
        final SoftwareTensor of = need(tensors, tensor, "TfLiteTensorData");
        return of == null ? 0 : of.memory().address();
    }

    long tensorName(final long tensor) {
        final SoftwareTensor of = need(tensors, tensor, "TfLiteTensorName");
        return of == null ? 0 : of.name().address();
    }
}
