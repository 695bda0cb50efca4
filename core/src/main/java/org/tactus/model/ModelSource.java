// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The source of a task's network, and the number of segments into which it is cut. */
public sealed interface ModelSource {
    /**
     * The number of segments.
     *
     * @return at least 1
     */
    int cuts();

    /**
     * An ONNX file of the user's.
     *
     * @param path   path of the file
     * @param cuts   number of segments
     * @param dims   extents of the dimensions that the file leaves open and names, by name
     * @param shapes whole shapes by input; by output the largest shape of one whose extents depend on data
     * @param inputs inputs that hold one number throughout in every job, by name; they are none of the network's inputs any more
     */
    record OnnxFile(String path, int cuts, Map<String, Long> dims, Map<String, List<Long>> shapes, Map<String, Double> inputs)
        implements ModelSource {
        /** Makes the source of a file that leaves no extent open. */
        public OnnxFile(final String path, final int cuts) {
            this(path, cuts, Map.of(), Map.of(), Map.of());
        }

        /** Keeps unmodifiable copies of the maps, in their order. */
        public OnnxFile {
            dims = Collections.unmodifiableMap(new LinkedHashMap<>(dims));
            shapes = Collections.unmodifiableMap(new LinkedHashMap<>(shapes));
            inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        }
    }

    /**
     * A generated network with seeded weights.
     *
     * @param name {@code resnet}, {@code densenet} or {@code mobilenet}
     * @param size {@code small}, {@code medium} or {@code large}
     * @param cuts number of segments
     */
    record Zoo(String name, String size, int cuts) implements ModelSource {
    }

    /**
     * TensorFlow Lite files of the user's, one a segment: plain ones run on CPU devices, compiled ones on Edge TPUs. A tensor goes from
     * one to a later one by its name.
     *
     * @param paths paths of the files, in order of execution
     */
    record TfLiteFiles(List<String> paths) implements ModelSource {
        public TfLiteFiles {
            paths = List.copyOf(paths);
        }

        @Override
        public int cuts() {
            return paths.size();
        }
    }
}
