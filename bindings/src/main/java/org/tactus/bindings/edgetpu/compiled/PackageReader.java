// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads an operator's custom options: FlexBuffer, package, executables. */
final class PackageReader {
    private static final int MAX_EXECUTABLES = 3;
    private static final int MAX_PARTS = 1 << 12;

    private PackageReader() {
    }

    static EdgePackage read(final ByteBuffer customOptions) {
        if (customOptions == null) {
            throw new MalformedFileException("a compiled operator without custom options; it holds no program");
        }
        final ByteBuffer bytes = new FlexMap(customOptions).bytes(PackageSchema.KEY_PACKAGE);
        if (bytes == null) {
            throw new MalformedFileException("a compiled operator whose custom options have no entry '" + PackageSchema.KEY_PACKAGE
                + "'; it holds no program");
        }
        final FlatTable root = FlatTable.root(bytes, PackageSchema.IDENTIFIER, "a compiled operator's package");
        final ByteBuffer multi = root.bytes(PackageSchema.Package.MULTI_EXECUTABLE);
        if (multi == null) {
            throw new MalformedFileException("a compiled operator's package holds no executables");
        }
        final FlatTable list = FlatTable.root(multi, null, "a package's list of executables");
        final int count = list.size(PackageSchema.MultiExecutable.EXECUTABLES, MAX_EXECUTABLES, "executables in a package");
        final List<Executable> executables = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            executables.add(executable(list.bytesAt(PackageSchema.MultiExecutable.EXECUTABLES, i)));
        }
        check(executables);
        final ByteBuffer signature = root.bytes(PackageSchema.Package.SIGNATURE);
        return new EdgePackage(root.int32(PackageSchema.Package.MIN_RUNTIME_VERSION, 0),
            root.text(PackageSchema.Package.COMPILER_VERSION), root.text(PackageSchema.Package.MODEL_IDENTIFIER),
            signature == null ? 0 : signature.limit(), executables);
    }

    /** The driver takes one executable; or parameter caching and execution only; or these two and a stand-alone one. */
    private static void check(final List<Executable> executables) {
        final List<ExecutableType> types = executables.stream().map(Executable::type).sorted().toList();
        final boolean pair = types.equals(List.of(ExecutableType.PARAMETER_CACHING, ExecutableType.EXECUTION_ONLY));
        if (types.size() != 1 && !pair && !types.equals(List.of(ExecutableType.values()))) {
            throw new MalformedFileException("a package of " + types + "; a driver takes one executable, or PARAMETER_CACHING and"
                + " EXECUTION_ONLY, or these two and STAND_ALONE");
        }
    }

    private static Executable executable(final ByteBuffer bytes) {
        final FlatTable code = FlatTable.root(bytes, null, "an executable");
        final int type = code.int16(PackageSchema.Code.TYPE, 0);
        if (type < 0 || type >= ExecutableType.values().length) {
            throw new MalformedFileException("an executable of type " + type + "; there are 0 to 2");
        }
        final ByteBuffer parameters = code.bytes(PackageSchema.Code.PARAMETERS);
        final long cycles = code.int64(PackageSchema.Code.ESTIMATED_CYCLES_64, 0);
        return new Executable(ExecutableType.values()[type], code.int64(PackageSchema.Code.TOKEN, 0),
            parameters == null ? 0 : parameters.limit(), instructionBytes(code),
            code.int32(PackageSchema.Code.NARROW_BYTES_PER_TILE, 0), dmaParameterBytes(code),
            layerBytes(code, PackageSchema.Code.INPUT_LAYERS), layerBytes(code, PackageSchema.Code.OUTPUT_LAYERS),
            Math.max(0, cycles != 0 ? cycles : code.int32(PackageSchema.Code.ESTIMATED_CYCLES, 0)));
    }

    private static long instructionBytes(final FlatTable code) {
        final int count = code.size(PackageSchema.Code.INSTRUCTION_BITSTREAMS, MAX_PARTS, "instruction streams");
        long sum = 0;
        for (int i = 0; i < count; i++) {
            final ByteBuffer stream = code.tableAt(PackageSchema.Code.INSTRUCTION_BITSTREAMS, i).bytes(PackageSchema.Bitstream.BYTES);
            sum += stream == null ? 0 : stream.limit();
        }
        return sum;
    }

    private static long layerBytes(final FlatTable code, final int field) {
        final int count = code.size(field, MAX_PARTS, "layers");
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += size(code.tableAt(field, i).int32(PackageSchema.Layer.SIZE_BYTES, 0));
        }
        return sum;
    }

    private static long dmaParameterBytes(final FlatTable code) {
        final FlatTable hints = code.table(PackageSchema.Code.DMA_HINTS);
        if (hints == null) {
            return 0;
        }
        final int count = hints.size(PackageSchema.DmaHints.HINTS, MAX_PARTS, "transfers");
        long sum = 0;
        for (int i = 0; i < count; i++) {
            final FlatTable hint = hints.tableAt(PackageSchema.DmaHints.HINTS, i);
            final FlatTable value =
                hint.int8(PackageSchema.DmaHint.KIND, 0) == PackageSchema.HINT_DMA ? hint.table(PackageSchema.DmaHint.VALUE) : null;
            final FlatTable meta = value == null ? null : value.table(PackageSchema.DmaDescriptor.META);
            if (meta != null && meta.int16(PackageSchema.Meta.WHAT, 0) == PackageSchema.BASE_ADDRESS_PARAMETER) {
                sum += size(value.int32(PackageSchema.DmaDescriptor.SIZE_BYTES, 0));
            }
        }
        return sum;
    }

    private static int size(final int bytes) {
        if (bytes < 0) {
            throw new MalformedFileException("a size of " + bytes + " bytes in an executable; a size is at least 0");
        }
        return bytes;
    }
}
