// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tactus.internal.graph.InvalidModelException;

/**
 * Calibrated ranges inside a model file, under {@value #KEY} of ONNX's metadata: a line a tensor, its least and largest value, then its
 * name. Other tools pass metadata by, so the file stays what it was to them.
 */
final class RangeMetadata {
    static final String KEY = "tactus.ranges";
    private static final int FIELDS = 3;

    private RangeMetadata() {
    }

    static ModelProto write(final ModelProto model, final Map<String, Range> ranges) {
        final StringBuilder text = new StringBuilder();
        new TreeMap<>(ranges).forEach((tensor, range) ->
            text.append(range.low()).append(' ').append(range.high()).append(' ').append(tensor).append('\n'));
        final ModelProto.Builder written = model.toBuilder().clearMetadataProps();
        model.getMetadataPropsList().stream().filter(entry -> !entry.getKey().equals(KEY)).forEach(written::addMetadataProps);
        return written.addMetadataProps(StringStringEntryProto.newBuilder().setKey(KEY).setValue(text.toString())).build();
    }

    static Optional<Map<String, Range>> read(final String name, final ModelProto model) {
        for (final StringStringEntryProto entry : model.getMetadataPropsList()) {
            if (entry.getKey().equals(KEY)) {
                return Optional.of(parse(name, entry.getValue()));
            }
        }
        return Optional.empty();
    }

    private static Map<String, Range> parse(final String name, final String text) {
        final Map<String, Range> ranges = new HashMap<>();
        for (final String line : text.split("\n")) {
            final String[] fields = line.split(" ", FIELDS);
            try {
                ranges.put(fields[FIELDS - 1], new Range(Float.parseFloat(fields[0]), Float.parseFloat(fields[1])));
            } catch (final IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new InvalidModelException(name + ": its metadata '" + KEY + "' is damaged; calibrate it anew: tactus quantize", e);
            }
        }
        return ranges;
    }
}
