// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tactus.model.Limits;
import org.tactus.model.ModelSource;

/** Reads the key {@code model}: a file, several, or a generated network, and where it is cut. */
final class ModelReader {
    private static final String TFLITE = ".tflite";
    static final Map<String, String> ZOO = same("resnet", "densenet", "mobilenet");
    static final Map<String, String> ZOO_SIZES = same("small", "medium", "large");

    private final Path base;

    /** For files that lie relative to a folder. */
    ModelReader(final Path base) {
        this.base = base;
    }

    private static Map<String, String> same(final String... words) {
        return DeviceReader.words(words, word -> word);
    }

    /** The network of a task with a number of segments. */
    ModelSource read(final YamlValue value, final int segments) {
        final ModelSource network = model(value, segments);
        return modelKeys(value).find("starts").map(starts -> network.withStarts(starts(starts, network))).orElse(network);
    }

    /** The network of a level, which is one segment. */
    ModelSource readWithoutStarts(final YamlValue value) {
        return model(value, 1);
    }

    /** The keys of a model; a word in their place is the key {@code file} alone. */
    private static YamlMap modelKeys(final YamlValue value) {
        return value.isText() ? new YamlMap(value, Map.of("file", value.named("file"))) : value.map(FileSection.MODEL);
    }

    private ModelSource model(final YamlValue value, final int segments) {
        final YamlMap map = modelKeys(value);
        final int cuts = map.find("cuts").map(number -> (int) number.integer(1, Limits.MAX_SEGMENTS_PER_TASK))
            .orElse(Math.max(1, segments));
        if (Stream.of("file", "files", "zoo").filter(map::has).count() != 1) {
            throw value.error("model needs 'file: net.onnx', 'files: [net.tflite]' or 'zoo: resnet', one of them");
        }
        for (final String key : List.of("dims", "shapes", "inputs")) {
            map.find(key).filter(any -> !map.has("file")).ifPresent(given -> {
                throw given.error(key + (key.equals("inputs") ? ": only of an ONNX 'file' inputs can be given"
                    : ": only an ONNX 'file' leaves extents open")
                    + "; remove the key");
            });
        }
        if (map.has("zoo")) {
            return new ModelSource.Zoo(map.need("zoo", "'zoo: resnet'").oneOf(ZOO),
                map.find("size").map(size -> size.oneOf(ZOO_SIZES)).orElse("small"), cuts);
        }
        map.find("size").ifPresent(size -> {
            throw size.error("size: only a zoo network has one; remove the key");
        });
        if (map.has("files")) {
            return tfLite(map, map.need("files", "'files: [net.tflite]'").list());
        }
        final YamlValue file = map.need("file", "'file: net.onnx'");
        existing(file);
        if (file.text().endsWith(TFLITE)) {
            Stream.of("dims", "shapes").map(map::find).flatMap(Optional::stream).findFirst().ifPresent(given -> {
                throw given.error("only an ONNX file leaves extents open, " + file.text() + " does not; remove the key");
            });
            map.find("inputs").ifPresent(given -> {
                throw given.error("inputs: only of an ONNX file they can be given, not of " + file.text() + "; remove the key");
            });
            return tfLite(map, List.of(file));
        }
        return onnx(map, file.text(), cuts);
    }

    /** Below {@code dims} a number is the extent of a dimension that the file names, and a list, as below {@code shapes}, a whole shape. */
    private static ModelSource onnx(final YamlMap map, final String file, final int cuts) {
        final Map<String, Long> dims = new LinkedHashMap<>();
        final Map<String, List<Long>> shapes = new LinkedHashMap<>();
        map.find("dims").map(YamlValue::entries).orElse(Map.of()).forEach((name, value) -> {
            if (value.isList()) {
                shapes.put(name, shape(value));
            } else {
                dims.put(name, value.integer(1, Integer.MAX_VALUE));
            }
        });
        map.find("shapes").map(YamlValue::entries).orElse(Map.of()).forEach((name, value) -> {
            if (shapes.put(name, shape(value)) != null) {
                throw value.error("'" + name + "' has a shape below 'dims', too; keep one of them");
            }
        });
        final Map<String, Double> inputs = new LinkedHashMap<>();
        map.find("inputs").map(YamlValue::entries).orElse(Map.of()).forEach((name, value) -> inputs.put(name, value.signedDecimal()));
        return new ModelSource.OnnxFile(file, cuts, dims, shapes, inputs);
    }

    private static List<Long> shape(final YamlValue value) {
        return value.list().stream().map(extent -> extent.integer(0, Integer.MAX_VALUE)).toList();
    }

    private ModelSource tfLite(final YamlMap map, final List<YamlValue> files) {
        map.find("cuts").ifPresent(cuts -> {
            throw cuts.error("cuts: TensorFlow Lite files are cut by their compiler; remove the key and list 'files', one a segment");
        });
        for (final YamlValue file : files) {
            existing(file);
            if (!file.text().endsWith(TFLITE)) {
                throw file.error("'" + file.text() + "' is no " + TFLITE + " file; 'files' lists TensorFlow Lite files, one a segment");
            }
        }
        return new ModelSource.TfLiteFiles(files.stream().map(YamlValue::text).toList());
    }

    private static List<Integer> starts(final YamlValue value, final ModelSource network) {
        final List<Integer> starts = value.list().stream().map(start -> (int) start.integer(0, Integer.MAX_VALUE)).toList();
        boolean ascends = starts.size() == network.cuts() && starts.getFirst() == 0;
        for (int i = 1; i < starts.size(); i++) {
            ascends &= starts.get(i) > starts.get(i - 1);
        }
        if (!ascends || network instanceof ModelSource.TfLiteFiles) {
            throw value.error("starts: give the first node of each of the " + network.cuts() + " segments of an ONNX or generated network,"
                + " ascending from 0, or remove the key");
        }
        return starts;
    }

    /** The path of a file that is there. */
    Path existing(final YamlValue value) {
        final String text = value.text();
        try {
            final Path path = base.resolve(text);
            if (!Files.isRegularFile(path)) {
                throw value.error("file '" + text + "' " + (Files.isDirectory(path) ? "is a folder" : "does not exist")
                    + "; name a file, relative to the task set's directory");
            }
            return path;
        } catch (final InvalidPathException e) {
            throw value.file().error(value.line(), "'" + text + "' is not a path; name a file, relative to the task set's directory", e);
        }
    }
}
