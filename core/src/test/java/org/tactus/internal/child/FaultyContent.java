// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;

/**
 * A library that does, in the child, what foreign ones have done: its only network gives the input's bytes plus 1, but the first byte of
 * the input says how it goes wrong.
 */
@SuppressWarnings("restricted")
public final class FaultyContent implements ChildContent {
    static final int BYTES = 1000;
    static final byte WELL = 0;
    static final byte ABORT = 1;
    static final byte SEGMENTATION_FAULT = 2;
    static final byte HANG = 3;
    static final byte ERROR = 4;
    static final byte GONE = 5;

    private volatile boolean gone;

    @Override
    public String open(final String arguments) {
        if (arguments.equals("refuse")) {
            throw new IllegalStateException("there is no such device");
        }
        if (arguments.equals("abort")) {
            call("abort");
        }
        return "faulty " + arguments;
    }

    private static void call(final String function) {
        try {
            Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(function), FunctionDescriptor.ofVoid())
                .invokeExact();
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Interpreter load(final byte[] model) {
        final String text = new String(model, StandardCharsets.UTF_8);
        if (text.equals("refuse")) {
            throw new NativeCallException("TfLiteModelCreate", 7, "no sound model");
        }
        if (text.equals("abort")) {
            call("abort");
        }
        return new Network();
    }

    @Override
    public boolean isGone() {
        return gone;
    }

    @Override
    public void close() {
        // holds nothing
    }

    private final class Network implements Interpreter {
        private final Arena arena = Arena.ofShared();
        private final TfLiteTensor input = tensor("in");
        private final TfLiteTensor output = tensor("out");

        private TfLiteTensor tensor(final String name) {
            return new TfLiteTensor(new TensorInfo(name, ElementType.INT8, List.of(1L, (long) BYTES)), arena.allocate(BYTES));
        }

        @Override
        public List<TfLiteTensor> inputs() {
            return List.of(input);
        }

        @Override
        public List<TfLiteTensor> outputs() {
            return List.of(output);
        }

        @Override
        public void invoke() {
            switch (input.memory().get(ValueLayout.JAVA_BYTE, 0)) {
                case ABORT -> call("abort");
                case SEGMENTATION_FAULT -> MemorySegment.ofAddress(8).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, 1);
                case HANG -> {
                    while (true) {
                        LockSupport.parkNanos(1_000_000_000L);
                    }
                }
                case ERROR -> throw new NativeCallException("TfLiteInterpreterInvoke", 1, "the node failed");
                case GONE -> {
                    gone = true;
                    throw new NativeCallException("TfLiteInterpreterInvoke", 1, "the USB device is gone");
                }
                default -> {
                    for (int i = 0; i < BYTES; i++) {
                        output.memory().set(ValueLayout.JAVA_BYTE, i, (byte) (input.memory().get(ValueLayout.JAVA_BYTE, i) + 1));
                    }
                }
            }
        }

        @Override
        public boolean resetVariableTensors() {
            return false;
        }

        @Override
        public void requireInPlace() {
            // they are
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
