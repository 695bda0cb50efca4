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
     * Where it is cut.
     *
     * @return the first node of each segment, counted from 0 in the order in which nodes run, one a segment; empty where an estimate of
     *     the nodes' costs decides
     */
    default List<Integer> starts() {
        return List.of();
    }

    /**
     * The same network with other places of its cuts.
     *
     * @param starts as {@link #starts} returns them
     * @return a copy; of TensorFlow Lite files the same, as their compiler cuts them
     */
    ModelSource withStarts(List<Integer> starts);

    /**
     * An ONNX file of the user's.
     *
     * @param path   path of the file
     * @param cuts   number of segments
     * @param dims   extents of the dimensions that the file leaves open and names, by name
     * @param shapes whole shapes by input; by output the largest shape of one whose extents depend on data
     * @param inputs inputs that hold one number throughout in every job, by name; they are none of the network's inputs any more
     * @param starts where it is cut, one a segment; empty where the estimate decides
     */
    record OnnxFile(
        String path, int cuts, Map<String, Long> dims, Map<String, List<Long>> shapes, Map<String, Double> inputs, List<Integer> starts)
        implements ModelSource {
        /** Makes the source of a file that is cut where the estimate says. */
        public OnnxFile(
            final String path, final int cuts, final Map<String, Long> dims, final Map<String, List<Long>> shapes,
            final Map<String, Double> inputs) {
            this(path, cuts, dims, shapes, inputs, List.of());
        }

        /** Makes the source of a file that leaves no extent open. */
        public OnnxFile(final String path, final int cuts) {
            this(path, cuts, Map.of(), Map.of(), Map.of());
        }

        /** Keeps unmodifiable copies, of the maps in their order. */
        public OnnxFile {
            dims = Collections.unmodifiableMap(new LinkedHashMap<>(dims));
            shapes = Collections.unmodifiableMap(new LinkedHashMap<>(shapes));
            inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
            starts = List.copyOf(starts);
        }

        @Override
        public ModelSource withStarts(final List<Integer> places) {
            return new OnnxFile(path, cuts, dims, shapes, inputs, places);
        }
    }

    /**
     * A generated network with seeded weights.
     *
     * @param name {@code resnet}, {@code densenet} or {@code mobilenet}
     * @param size {@code small}, {@code medium} or {@code large}
     * @param cuts number of segments
     * @param starts where it is cut, one a segment; empty where the estimate decides
     */
    record Zoo(String name, String size, int cuts, List<Integer> starts) implements ModelSource {
        /** Makes a network that is cut where the estimate says. */
        public Zoo(final String name, final String size, final int cuts) {
            this(name, size, cuts, List.of());
        }

        public Zoo {
            starts = List.copyOf(starts);
        }

        @Override
        public ModelSource withStarts(final List<Integer> places) {
            return new Zoo(name, size, cuts, places);
        }
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

        @Override
        public ModelSource withStarts(final List<Integer> places) {
            return this;
        }
    }
}
