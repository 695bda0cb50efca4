// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

/** Element types of tensors with elements of fixed width; numbers as in ONNX's {@code TensorProto.DataType}. */
public enum ElementType {
    /** 32-bit floating point. */
    FLOAT(1, 4),
    /** 8-bit unsigned integer. */
    UINT8(2, 1),
    /** 8-bit signed integer. */
    INT8(3, 1),
    /** 16-bit unsigned integer. */
    UINT16(4, 2),
    /** 16-bit signed integer. */
    INT16(5, 2),
    /** 32-bit signed integer. */
    INT32(6, 4),
    /** 64-bit signed integer. */
    INT64(7, 8),
    /** Truth value, one byte. */
    BOOL(9, 1),
    /** 16-bit floating point. */
    FLOAT16(10, 2),
    /** 64-bit floating point. */
    DOUBLE(11, 8),
    /** 32-bit unsigned integer. */
    UINT32(12, 4),
    /** 64-bit unsigned integer. */
    UINT64(13, 8),
    /** 16-bit brain floating point. */
    BFLOAT16(16, 2);

    private final int code;
    private final int bytes;

    ElementType(final int code, final int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * The type's number.
     *
     * @return as in ONNX's {@code TensorProto.DataType}
     */
    public int code() {
        return code;
    }

    /**
     * Size of an element.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Finds a type by its number.
     *
     * @param code as in ONNX's {@code TensorProto.DataType}
     * @return the type; null when its elements have no fixed width of whole bytes
     */
    public static ElementType of(final int code) {
        for (final ElementType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
