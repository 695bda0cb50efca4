// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Weights as Java arrays, and arrays as weights. */
public final class Tensors {
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    private static final int UINT8 = TensorProto.DataType.UINT8_VALUE;
    private static final int INT8 = TensorProto.DataType.INT8_VALUE;
    private static final int INT32 = TensorProto.DataType.INT32_VALUE;
    private static final int INT64 = TensorProto.DataType.INT64_VALUE;

    private Tensors() {
    }

    public static boolean isFloat(final TensorProto tensor) {
        return tensor != null && tensor.getDataType() == FLOAT;
    }

    /**
     * Counts the elements of a shape.
     *
     * @param shape extents
     * @return their product, {@link Long#MAX_VALUE} where it is larger; 1 for a scalar
     */
    public static long elements(final List<Long> shape) {
        long elements = 1;
        for (final long extent : shape) {
            if (Math.multiplyHigh(elements, extent) != elements * extent >> Long.SIZE - 1) {
                return Long.MAX_VALUE;
            }
            elements *= extent;
        }
        return elements;
    }

    /** The values of a float tensor; an error when their number is not that of the shape. */
    public static float[] floats(final String model, final TensorProto tensor) {
        final boolean raw = tensor.hasRawData();
        final long given = raw ? tensor.getRawData().size() / Float.BYTES : tensor.getFloatDataCount();
        if (!isFloat(tensor) || given != elements(tensor.getDimsList())) {
            throw new InvalidModelException(model + ": tensor '" + tensor.getName() + "' of shape " + tensor.getDimsList() + " holds "
                + given + " numbers" + (isFloat(tensor) ? "" : " that are not 32-bit floating point"));
        }
        final float[] values = new float[(int) given];
        if (raw) {
            tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
        }
        return values;
    }

    /**
     * Makes a tensor of 32-bit floating point.
     *
     * @param name   its name
     * @param shape  extents
     * @param values elements, row-major
     * @return the tensor
     */
    public static TensorProto floats(final String name, final List<Long> shape, final float... values) {
        final ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final float value : values) {
            data.putFloat(value);
        }
        return raw(name, FLOAT, shape, data.flip());
    }

    public static TensorProto unsignedByte(final String name, final int value) {
        return raw(name, UINT8, List.of(), ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    public static TensorProto signedBytes(final String name, final List<Long> shape, final byte[] values) {
        return raw(name, INT8, shape, ByteBuffer.wrap(values));
    }

    /**
     * Makes a tensor of 32-bit integers.
     *
     * @param name   its name
     * @param shape  extents
     * @param values elements, row-major
     * @return the tensor
     */
    public static TensorProto ints(final String name, final List<Long> shape, final int[] values) {
        final ByteBuffer data = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final int value : values) {
            data.putInt(value);
        }
        return raw(name, INT32, shape, data.flip());
    }

    /**
     * Makes a tensor of 64-bit integers.
     *
     * @param name   its name
     * @param shape  extents
     * @param values elements, row-major
     * @return the tensor
     */
    public static TensorProto longs(final String name, final List<Long> shape, final long... values) {
        final ByteBuffer data = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final long value : values) {
            data.putLong(value);
        }
        return raw(name, INT64, shape, data.flip());
    }

    private static TensorProto raw(final String name, final int type, final List<Long> shape, final ByteBuffer data) {
        return TensorProto.newBuilder().setName(name).setDataType(type).addAllDims(shape).setRawData(ByteString.copyFrom(data)).build();
    }
}
