// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import org.tactus.bindings.generated.tflite.TfLiteVersion_t;

/** A library of TensorFlow Lite: which one it is, and its interpreters. Safe on any thread. */
public final class TfLite {
    /** Names a library file to use instead of the one in the artefact. */
    public static final String PATH_PROPERTY = "tactus.tflite.library";
    /** No text of the library is longer. */
    static final long MAX_TEXT_BYTES = 1 << 16;

    final TfLiteFunctions functions;
    private final String library;
    private final String version;

    private TfLite(final SymbolLookup lookup, final String library) {
        this.library = library;
        functions = new TfLiteFunctions(lookup, library);
        version = text(TfLiteVersion_t.invoke(functions.version));
    }

    /**
     * Finds TensorFlow Lite; looked for once a process.
     *
     * @return empty where there is no library, and {@link #absence} says why
     */
    public static Optional<TfLite> find() {
        return Optional.ofNullable(TfLiteLibrary.LIBRARY);
    }

    /**
     * Why {@link #find} is empty.
     *
     * @return one line: what is missing and what would mend it; empty when there is a library
     */
    public static Optional<String> absence() {
        return Optional.ofNullable(TfLiteLibrary.ABSENCE);
    }

    /**
     * Uses a library.
     *
     * @param lookup  finds its functions by the names of the C header
     * @param library what it is, for reports
     * @return the library
     * @throws IllegalArgumentException when a function is missing
     */
    public static TfLite of(final SymbolLookup lookup, final String library) {
        return new TfLite(lookup, library);
    }

    /**
     * Which library answers.
     *
     * @return a file's name, or {@code software Edge TPU}
     */
    public String library() {
        return library;
    }

    /**
     * The library's version.
     *
     * @return such as {@code 2.18.0}
     */
    public String version() {
        return version;
    }

    /**
     * Makes an interpreter that computes on the calling thread. Takes as long as loading and preparing the model takes.
     *
     * @param model the bytes of a {@code .tflite} file
     * @return the interpreter; its tensors are in place
     * @throws org.tactus.bindings.NativeCallException when the library refuses the model
     */
    public TfLiteInterpreter interpreter(final byte[] model) {
        return new TfLiteInterpreter(this, model, null);
    }

    /**
     * Makes an interpreter that gives part of its model to a delegate.
     *
     * @param model    the bytes of a {@code .tflite} file
     * @param delegate belongs to the interpreter from here on, which closes it last, also when it cannot be made
     * @return the interpreter; its tensors are in place
     * @throws org.tactus.bindings.NativeCallException when the library or the delegate refuses the model
     */
    public TfLiteInterpreter interpreter(final byte[] model, final TfLiteDelegate delegate) {
        return new TfLiteInterpreter(this, model, delegate);
    }

    /** Reads a C string of the library's. */
    static String text(final long address) {
        return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(MAX_TEXT_BYTES).getString(0);
    }

    @Override
    public String toString() {
        return "TensorFlow Lite " + version;
    }
}
