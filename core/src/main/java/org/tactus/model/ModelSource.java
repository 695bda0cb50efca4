// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;

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
     * @param path path of the file
     * @param cuts number of segments
     */
    record OnnxFile(String path, int cuts) implements ModelSource {
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
