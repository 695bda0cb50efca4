// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.onnxruntime.MemoryFile;

/**
 * Large weights of a model that stay outside the heap: in the graph stands where they lie, as for weights in another file. Reads a file in
 * place and leaves them where they are; what comes to the heap is the graph and what is small.
 *
 * <p>The format is a nest of fields, each [tag][value], where a value of bytes is [length][bytes]: the graph is a field of the model, a
 * weight a field of the graph, its bytes a field of the weight.
 */
final class OutsideWeights {
    /** Smaller weights come to the heap, where inference of shapes finds those that are shapes. */
    static final int FROM_BYTES = 1 << 20;

    private static final int DONE = 0;
    private final List<MemoryFile> files = new ArrayList<>();

    /** What was left outside, by the names that stand in the graph. */
    List<MemoryFile> files() {
        return files;
    }

    /** A weight that says where it lies in place of its bytes. */
    TensorProto leave(final TensorProto tensor, final MemorySegment bytes) {
        final TensorProto.Builder outside = tensor.toBuilder().clearRawData().clearExternalData()
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
        return place(outside, bytes).build();
    }

    private TensorProto.Builder place(final TensorProto.Builder tensor, final MemorySegment bytes) {
        final String name = "tactus-weight-" + files.size();
        files.add(new MemoryFile(name, bytes));
        return tensor.addExternalData(entry("location", name)).addExternalData(entry("offset", "0"))
            .addExternalData(entry("length", String.valueOf(bytes.byteSize())));
    }

    private static StringStringEntryProto entry(final String key, final String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Reads a model without its large weights. */
    ModelProto read(final MemorySegment file) throws IOException {
        return ModelProto.parseFrom(rewritten(file, ModelProto.GRAPH_FIELD_NUMBER,
            graph -> rewritten(graph, GraphProto.INITIALIZER_FIELD_NUMBER, this::tensor)));
    }

    /** Makes other bytes of those of a field. */
    @FunctionalInterface
    private interface Change {
        byte[] of(MemorySegment bytes) throws IOException;
    }

    /** Bytes of a message with one of its fields changed wherever it stands, and all others as they are. */
    private static byte[] rewritten(final MemorySegment message, final int field, final Change change) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        final Fields fields = new Fields(message);
        while (fields.next() != DONE) {
            if (fields.number() == field && fields.isBytes()) {
                out.writeByteArray(field, change.of(fields.value()));
            } else {
                out.writeRawBytes(fields.whole().toArray(ValueLayout.JAVA_BYTE));
            }
        }
        out.flush();
        return bytes.toByteArray();
    }

    private byte[] tensor(final MemorySegment tensor) throws IOException {
        if (tensor.byteSize() < FROM_BYTES) {
            return tensor.toArray(ValueLayout.JAVA_BYTE);
        }
        final Fields fields = new Fields(tensor);
        MemorySegment raw = null;
        final ByteArrayOutputStream others = new ByteArrayOutputStream();
        while (fields.next() != DONE) {
            if (fields.number() == TensorProto.RAW_DATA_FIELD_NUMBER && fields.isBytes() && fields.value().byteSize() >= FROM_BYTES) {
                raw = fields.value();
            } else {
                others.write(fields.whole().toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return raw == null ? others.toByteArray() : leave(TensorProto.parseFrom(others.toByteArray()), raw).toByteArray();
    }

    /** The fields of a message, one after another. */
    private static final class Fields {
        private final MemorySegment message;
        private long at;
        private long begin;
        private long valueBegin;
        private int tag;

        Fields(final MemorySegment message) {
            this.message = message;
        }

        int next() throws IOException {
            if (at == message.byteSize()) {
                return DONE;
            }
            begin = at;
            tag = (int) varint();
            valueBegin = at;
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_VARINT -> varint();
                case WireFormat.WIRETYPE_FIXED64 -> skip(Long.BYTES);
                case WireFormat.WIRETYPE_FIXED32 -> skip(Integer.BYTES);
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                    final long length = varint();
                    valueBegin = at;
                    skip(length);
                }
                default -> throw new InvalidProtocolBufferException("a field at byte " + begin + " is of no kind that a model has");
            }
            if (number() == 0) {
                throw new InvalidProtocolBufferException("a field at byte " + begin + " has no number");
            }
            return tag;
        }

        private void skip(final long bytes) throws IOException {
            if (bytes < 0 || bytes > message.byteSize() - at) {
                throw new InvalidProtocolBufferException("a field at byte " + begin + " goes beyond the end");
            }
            at += bytes;
        }

        private long varint() throws IOException {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                skip(1);
                final byte next = message.get(ValueLayout.JAVA_BYTE, at - 1);
                value |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new InvalidProtocolBufferException("a number at byte " + begin + " has more than 64 bits");
        }

        int number() {
            return WireFormat.getTagFieldNumber(tag);
        }

        boolean isBytes() {
            return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        }

        MemorySegment value() {
            return message.asSlice(valueBegin, at - valueBegin);
        }

        MemorySegment whole() {
            return message.asSlice(begin, at - begin);
        }
    }
}
