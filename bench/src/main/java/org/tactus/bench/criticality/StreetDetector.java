// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.model.ModelSource;

/**
 * The committed detector, prepared for one size of its input: crops, scales, computes and decodes in memory outside the heap. One thread.
 */
final class StreetDetector implements AutoCloseable {
    /** The committed file. */
    static final String FILE = "streets.onnx";

    private final FrameScaler scaler = new FrameScaler(StreetScene.WIDTH, StreetScene.HEIGHT);
    private final SegmentedModel model;
    private final MemorySegment input;
    private final MemorySegment cells;
    private final int width;
    private final int height;

    /**
     * Loads it.
     *
     * @param folder that {@link #unpack} has filled
     * @param width  columns of the input, a multiple of 8
     * @param height rows of the input, a multiple of 8
     */
    StreetDetector(final Path folder, final int width, final int height) {
        this.width = width;
        this.height = height;
        model = SegmentedModel.create(OnnxModel.of(source(width, height), folder, 1), 1, OnnxOptions.SINGLE_THREAD);
        input = model.tensor(model.inputs().getFirst().name());
        cells = model.tensor(model.outputs().getFirst().name());
    }

    /** The network for one size, relative to the folder of {@link #unpack}. */
    static ModelSource source(final int width, final int height) {
        return new ModelSource.OnnxFile(FILE, 1, Map.of(), Map.of("frame", List.of(1L, 3L, (long) height, (long) width)), Map.of());
    }

    /** Puts the committed file into a folder. */
    static void unpack(final Path folder) throws IOException {
        OutputFolder.make(folder);
        try (InputStream stream = StreetDetector.class.getResourceAsStream(FILE)) {
            if (stream == null) {
                throw new IllegalStateException("the network " + FILE + " is missing beside " + StreetDetector.class.getName());
            }
            Files.write(folder.resolve(FILE), stream.readAllBytes());
        }
    }

    /**
     * Adds what it finds in a part of a frame, in pixels of the frame.
     *
     * @param frame 3 planes of bytes
     * @param left  first column of the part
     * @param top   first row of the part
     * @param wide  columns of the part
     * @param high  rows of the part
     * @param into  receives the boxes
     */
    void detect(final MemorySegment frame, final int left, final int top, final int wide, final int high, final BoxTable into) {
        scaler.scale(frame, left, top, wide, high, input, width, height);
        compute();
        CellDecoder.decode(cells, width / CellDecoder.STRIDE, height / CellDecoder.STRIDE, left, top, (float) wide / width,
            (float) high / height, into);
    }

    /** Computes what stands in its input. */
    void compute() {
        model.run(0);
    }

    /** Its input: 3 planes of 32-bit floats. */
    MemorySegment input() {
        return input;
    }

    /** Its answer, as {@link CellDecoder} reads it. */
    MemorySegment cells() {
        return cells;
    }

    @Override
    public void close() {
        model.close();
    }
}
