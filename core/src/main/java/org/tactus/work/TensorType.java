// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

/** Type of a tensor's elements; the names are those of ONNX. */
public enum TensorType {
    /** 32-bit floating point. */
    FLOAT(4),
    /** 8-bit unsigned integer. */
    UINT8(1),
    /** 8-bit signed integer. */
    INT8(1),
    /** 16-bit unsigned integer. */
    UINT16(2),
    /** 16-bit signed integer. */
    INT16(2),
    /** 32-bit signed integer. */
    INT32(4),
    /** 64-bit signed integer. */
    INT64(8),
    /** Truth value, one byte. */
    BOOL(1),
    /** 16-bit floating point. */
    FLOAT16(2),
    /** 64-bit floating point. */
    DOUBLE(8),
    /** 32-bit unsigned integer. */
    UINT32(4),
    /** 64-bit unsigned integer. */
    UINT64(8),
    /** 16-bit brain floating point. */
    BFLOAT16(2);

    private final int bytes;

    TensorType(final int bytes) {
        this.bytes = bytes;
    }

    /**
     * Size of an element.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }
}
