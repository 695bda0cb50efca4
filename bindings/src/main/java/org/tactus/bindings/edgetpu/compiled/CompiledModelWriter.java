// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * Writes compiled models of given sizes: the structure of the compiler's files, with parameters and instructions that are all
 * zero. A device computes nothing with them; readers, planners and the software device find in them what they find in real ones.
 */
public final class CompiledModelWriter {
    private static final String CHIP = "beagle";
    private static final int FLEX_INT = 1 << 2 | 2;
    private static final int FLEX_STRING = 5 << 2 | 2;
    private static final int FLEX_MAP = 9 << 2 | 2;
    private static final int OPTIONS_VERSION = 1;

    private CompiledModelWriter() {
    }

    /**
     * Writes a model of one operator, which the device runs.
     *
     * @param inputs  what goes in
     * @param outputs what comes out
     * @param content what the operator holds; {@link TfLiteFile#read} gives it back
     * @return the bytes of a {@code *_edgetpu.tflite} file
     */
    public static byte[] write(final List<TensorInfo> inputs, final List<TensorInfo> outputs, final EdgePackage content) {
        final GraphWriter graph = new GraphWriter();
        final int[] in = inputs.stream().mapToInt(info -> graph.tensor(info, null)).toArray();
        final int[] out = outputs.stream().mapToInt(info -> graph.tensor(info, null)).toArray();
        graph.custom(TfLiteFile.CUSTOM_OPERATOR, in, out, options(packageBytes(content)));
        return graph.finish("stand-in of a compiled model", in, out);
    }

    /** A FlexBuffer map of the version and the package; every number has four bytes. Layout as {@link FlexMap} reads it. */
    private static byte[] options(final byte[] content) {
        final int text = 4; // two keys of two bytes
        final int bytes = text + Integer.BYTES;
        final int keys = (bytes + content.length + 1 + 3 & ~3) + Integer.BYTES;
        final int values = keys + 2 * Integer.BYTES + 3 * Integer.BYTES;
        final int types = values + 2 * Integer.BYTES;
        final ByteBuffer map = ByteBuffer.allocate(types + 2 + Integer.BYTES + 2 + 2).order(ByteOrder.LITTLE_ENDIAN);
        map.put(0, (byte) PackageSchema.KEY_VERSION).put(2, (byte) PackageSchema.KEY_PACKAGE);
        map.putInt(text, content.length).put(bytes, content);
        map.putInt(keys - Integer.BYTES, 2).putInt(keys, keys).putInt(keys + Integer.BYTES, keys + Integer.BYTES - 2);
        final int head = values - 3 * Integer.BYTES;
        map.putInt(head, head - keys).putInt(head + Integer.BYTES, Integer.BYTES).putInt(head + 2 * Integer.BYTES, 2);
        map.putInt(values, OPTIONS_VERSION).putInt(values + Integer.BYTES, values + Integer.BYTES - bytes);
        map.put(types, (byte) FLEX_INT).put(types + 1, (byte) FLEX_STRING);
        final int root = types + 2 + 2; // aligned: the types are two bytes
        map.putInt(root, root - values).put(root + Integer.BYTES, (byte) FLEX_MAP).put(root + Integer.BYTES + 1, (byte) Integer.BYTES);
        return map.array();
    }

    private static byte[] packageBytes(final EdgePackage content) {
        final FlatBuilder list = new FlatBuilder();
        final int[] executables = content.executables().stream().mapToInt(code -> list.bytes(executable(code))).toArray();
        final int vector = list.offsets(executables);
        final byte[] multi = list.finish(list.start().offset(PackageSchema.MultiExecutable.EXECUTABLES, vector).end(), null);
        final FlatBuilder out = new FlatBuilder();
        final int bytes = out.bytes(multi);
        final int signature = out.bytes(new byte[content.signatureBytes()]);
        final int compiler = out.text(content.compilerVersion());
        final int identifier = out.text(content.modelIdentifier());
        return out.finish(out.start().int32(PackageSchema.Package.MIN_RUNTIME_VERSION, content.minRuntimeVersion())
            .offset(PackageSchema.Package.MULTI_EXECUTABLE, bytes).offset(PackageSchema.Package.SIGNATURE, signature)
            .offset(PackageSchema.Package.COMPILER_VERSION, compiler).offset(PackageSchema.Package.MODEL_IDENTIFIER, identifier).end(),
            PackageSchema.IDENTIFIER);
    }

    private static byte[] executable(final Executable code) {
        final FlatBuilder out = new FlatBuilder();
        final int stream = out.bytes(new byte[Math.toIntExact(code.instructionBytes())]);
        final int streams = out.offsets(out.start().offset(PackageSchema.Bitstream.BYTES, stream).end());
        final int parameters = out.bytes(new byte[Math.toIntExact(code.parameterBytes())]);
        final int inputs = layers(out, "input", code.inputBytes());
        final int outputs = layers(out, "output", code.outputBytes());
        final int hints = hints(out, code.dmaParameterBytes());
        final int chip = out.text(CHIP);
        return out.finish(out.start().offset(PackageSchema.Code.INSTRUCTION_BITSTREAMS, streams)
            .offset(PackageSchema.Code.PARAMETERS, parameters).offset(PackageSchema.Code.DMA_HINTS, hints)
            .offset(PackageSchema.Code.INPUT_LAYERS, inputs).offset(PackageSchema.Code.OUTPUT_LAYERS, outputs)
            .offset(PackageSchema.Code.CHIP, chip).int32(PackageSchema.Code.NARROW_BYTES_PER_TILE, code.narrowBytesPerTile())
            .int16(PackageSchema.Code.TYPE, code.type().ordinal()).int64(PackageSchema.Code.TOKEN, code.token())
            .int64(PackageSchema.Code.ESTIMATED_CYCLES_64, code.estimatedCycles()).end(), null);
    }

    private static int layers(final FlatBuilder out, final String name, final long bytes) {
        if (bytes == 0) {
            return out.offsets();
        }
        final int text = out.text(name);
        return out.offsets(out.start().offset(PackageSchema.Layer.NAME, text)
            .int32(PackageSchema.Layer.SIZE_BYTES, Math.toIntExact(bytes)).end());
    }

    private static int hints(final FlatBuilder out, final long parameterBytes) {
        final int list;
        if (parameterBytes == 0) {
            list = out.offsets();
        } else {
            final int meta = out.start().int16(PackageSchema.Meta.WHAT, PackageSchema.BASE_ADDRESS_PARAMETER).end();
            final int descriptor = out.start().offset(PackageSchema.DmaDescriptor.META, meta)
                .int32(PackageSchema.DmaDescriptor.SIZE_BYTES, Math.toIntExact(parameterBytes)).end();
            list = out.offsets(out.start().int8(PackageSchema.DmaHint.KIND, PackageSchema.HINT_DMA)
                .offset(PackageSchema.DmaHint.VALUE, descriptor).end());
        }
        return out.start().offset(PackageSchema.DmaHints.HINTS, list).end();
    }
}
