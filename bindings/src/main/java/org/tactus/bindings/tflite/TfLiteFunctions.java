// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** One library's functions: the address of each, named as in the C header; called through constant handles of their types. */
final class TfLiteFunctions {
    /** The C library's, for the texts of errors. */
    static final MemorySegment VSNPRINTF = Linker.nativeLinker().defaultLookup().find("vsnprintf").orElse(MemorySegment.NULL);

    final MemorySegment version;
    final MemorySegment modelCreate;
    final MemorySegment modelDelete;
    final MemorySegment optionsCreate;
    final MemorySegment optionsDelete;
    final MemorySegment optionsSetNumThreads;
    final MemorySegment optionsAddDelegate;
    final MemorySegment optionsSetErrorReporter;
    final MemorySegment interpreterCreate;
    final MemorySegment interpreterDelete;
    final MemorySegment allocateTensors;
    final MemorySegment invoke;
    /** NULL in a library without the experimental part of the interface. */
    final MemorySegment resetVariableTensors;
    final MemorySegment inputTensorCount;
    final MemorySegment inputTensor;
    final MemorySegment outputTensorCount;
    final MemorySegment outputTensor;
    final MemorySegment tensorType;
    final MemorySegment tensorNumDims;
    final MemorySegment tensorDim;
    final MemorySegment tensorByteSize;
    final MemorySegment tensorData;
    final MemorySegment tensorName;
    private final SymbolLookup lookup;
    private final String library;

    TfLiteFunctions(final SymbolLookup lookup, final String library) {
        this.lookup = lookup;
        this.library = library;
        version = function("TfLiteVersion");
        modelCreate = function("TfLiteModelCreate");
        modelDelete = function("TfLiteModelDelete");
        optionsCreate = function("TfLiteInterpreterOptionsCreate");
        optionsDelete = function("TfLiteInterpreterOptionsDelete");
        optionsSetNumThreads = function("TfLiteInterpreterOptionsSetNumThreads");
        optionsAddDelegate = function("TfLiteInterpreterOptionsAddDelegate");
        optionsSetErrorReporter = function("TfLiteInterpreterOptionsSetErrorReporter");
        interpreterCreate = function("TfLiteInterpreterCreate");
        interpreterDelete = function("TfLiteInterpreterDelete");
        allocateTensors = function("TfLiteInterpreterAllocateTensors");
        invoke = function("TfLiteInterpreterInvoke");
        resetVariableTensors = lookup.find("TfLiteInterpreterResetVariableTensors").orElse(MemorySegment.NULL);
        inputTensorCount = function("TfLiteInterpreterGetInputTensorCount");
        inputTensor = function("TfLiteInterpreterGetInputTensor");
        outputTensorCount = function("TfLiteInterpreterGetOutputTensorCount");
        outputTensor = function("TfLiteInterpreterGetOutputTensor");
        tensorType = function("TfLiteTensorType");
        tensorNumDims = function("TfLiteTensorNumDims");
        tensorDim = function("TfLiteTensorDim");
        tensorByteSize = function("TfLiteTensorByteSize");
        tensorData = function("TfLiteTensorData");
        tensorName = function("TfLiteTensorName");
    }

    private MemorySegment function(final String name) {
        return lookup.find(name).orElseThrow(
            () -> new IllegalArgumentException(library + " has no function " + name + "; it is not TensorFlow Lite's C library"));
    }
}
