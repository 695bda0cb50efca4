// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.CompilerLog;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.plan.spet.SegmentFiles;
import org.tactus.model.MenuOption;

/**
 * Plays the compiler where there is none: writes a stand-in for each compiled segment of a plan, all of one token, and the log. A
 * stand-in holds as many parameters as the plan says and computes nothing; the software device takes the time that its transfers and
 * its cycles say, a share of the segment's WCET. Immutable.
 */
final class StandIns {
    private static final long NS_PER_CYCLE = 2;
    private static final long TENSOR_BYTES = 1024;
    private static final int RUNTIME = 14;
    private static final String VERSION = "16.0.384591198";
    /** Of the WCET: a bound holds when nothing overlaps, and a software device wakes up late. */
    private static final double SHARE = 0.9;

    private final SegmentFiles files;
    private final List<MenuOption> options;
    private final LinkCost cost;
    private final long sramBytes;

    /** With the parameter memory that the plan had, bytes: the device's, without what executables themselves need. */
    StandIns(final SegmentFiles files, final List<MenuOption> options, final LinkCost cost, final long sramBytes) {
        this.files = files;
        this.options = List.copyOf(options);
        this.cost = cost;
        this.sramBytes = sramBytes;
    }

    /**
     * Writes {@code NAME_edgetpu.tflite} for each segment beside a log.
     *
     * @throws IOException when a file cannot be written
     */
    void write(final Path log) throws IOException {
        OutputFolder.make(log.toAbsolutePath().getParent());
        final long token = 1 + Integer.toUnsignedLong(options.hashCode());
        final Map<String, MenuOption.Piece> pieces = files.pieces();
        final Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < options.size(); i++) {
            for (int j = 0; j < options.get(i).segments().size(); j++) {
                places.putIfAbsent(files.file(i, j), j);
            }
        }
        final List<CompilerLog.Entry> entries = new ArrayList<>();
        long left = sramBytes;
        for (final String file : files.order()) {
            final MenuOption.Piece piece = pieces.get(file);
            final byte[] model = model(piece, places.get(file), token);
            final String output = SegmentFiles.compiled(file);
            WholeFile.write(log.resolveSibling(output), out -> out.write(model));
            left -= piece.residentBytes();
            entries.add(new CompilerLog.Entry(file, model.length, output, model.length, piece.residentBytes(), Math.max(0, left),
                piece.streamedBytes(), 1, 1, 1));
        }
        WholeFile.write(log, new CompilerLog(VERSION, entries).write());
    }

    private byte[] model(final MenuOption.Piece piece, final int place, final long token) {
        final long movedNs = cost.wcetNs(0, TENSOR_BYTES, TENSOR_BYTES, piece.streamedBytes());
        final long cycles = Math.max(1, ((long) (piece.wcetNs() * SHARE) - movedNs) / NS_PER_CYCLE);
        final Executable run = new Executable(ExecutableType.EXECUTION_ONLY, token, piece.streamedBytes(), 0, 0, piece.streamedBytes(),
            TENSOR_BYTES, TENSOR_BYTES, cycles);
        final List<Executable> executables = new ArrayList<>();
        executables.add(
            new Executable(ExecutableType.PARAMETER_CACHING, token, piece.residentBytes(), 0, 0, piece.residentBytes(), 0, 0, 0));
        executables.add(run);
        return CompiledModelWriter.write(List.of(tensor(place)), List.of(tensor(place + 1)),
            new EdgePackage(RUNTIME, VERSION, "", 0, executables));
    }

    private static TensorInfo tensor(final int number) {
        return new TensorInfo("tensor" + number, ElementType.UINT8, List.of(1L, TENSOR_BYTES));
    }
}
