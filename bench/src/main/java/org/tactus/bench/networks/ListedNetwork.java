// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tactus.format.FileFormatException;

/**
 * A network of a list: one line of comma-separated values without quotes, under a heading.
 *
 * <pre>
 *   name,source,version,path,sha256,dims,shapes,values
 *   silero-v5,npm:some-package,1.0.0,package/silero.onnx,8a..,,input=1x512 state=2x1x128,sr=16000
 * </pre>
 *
 * @param name    of the network, and of its file NAME.onnx
 * @param source  where it comes from: {@code npm:}, {@code maven:}, {@code deb:} or {@code git:} and a name there
 * @param version a version or a commit
 * @param path    in the package or the repository
 * @param sha256  of the file
 * @param dims    extents by name of a dimension
 * @param shapes  shapes of inputs, and largest shapes of outputs
 * @param values  inputs that hold one number throughout, where drawn ones make no sense
 */
record ListedNetwork(String name, String source, String version, String path, String sha256, Map<String, Long> dims,
                     Map<String, List<Long>> shapes, Map<String, Double> values) {
    private static final String HEADING = "name,source,version,path,sha256,dims,shapes,values";
    private static final int FIELDS = 8;

    /** Reads a list. */
    static List<ListedNetwork> read(final Path list) throws IOException {
        final List<String> lines = Files.readAllLines(list);
        final List<ListedNetwork> networks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#") || line.equals(HEADING)) {
                continue;
            }
            final String[] fields = line.split(",", -1);
            try {
                networks.add(of(fields));
            } catch (final IllegalArgumentException e) {
                throw new FileFormatException(list.toString(), i + 1, e.getMessage() + "; a line has " + HEADING, e);
            }
        }
        return networks;
    }

    private static ListedNetwork of(final String[] fields) {
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException(fields.length + " fields");
        }
        final Map<String, Long> dims = new LinkedHashMap<>();
        pairs(fields[5]).forEach((name, text) -> dims.put(name, Long.valueOf(text)));
        final Map<String, List<Long>> shapes = new LinkedHashMap<>();
        pairs(fields[6]).forEach((name, text) -> shapes.put(name, text.isEmpty() ? List.of() : Arrays.stream(text.split("x"))
            .map(Long::valueOf).toList()));
        final Map<String, Double> values = new LinkedHashMap<>();
        pairs(fields[7]).forEach((name, text) -> values.put(name, Double.valueOf(text)));
        return new ListedNetwork(fields[0], fields[1], fields[2], fields[3], fields[4], dims, shapes, values);
    }

    private static Map<String, String> pairs(final String text) {
        final Map<String, String> pairs = new LinkedHashMap<>();
        for (final String pair : text.isBlank() ? new String[0] : text.strip().split(" +")) {
            final int at = pair.lastIndexOf('=');
            if (at < 1) {
                throw new IllegalArgumentException("'" + pair + "' is no NAME=VALUE");
            }
            pairs.put(pair.substring(0, at), pair.substring(at + 1));
        }
        return pairs;
    }

    /** The network's file in a folder. */
    Path file(final Path folder) {
        return folder.resolve(name + ".onnx");
    }

    /** Whether a file is the listed one. */
    boolean isIn(final Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))).equals(sha256);
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A task set with this network as its only task. */
    String taskSet(final Path folder, final int cuts, final int core) {
        final StringBuilder text = new StringBuilder("tactus: 1\nname: network\npolicy: fixed-priority\noverheads: none\n")
            .append("platform:\n  devices:\n    - {name: cpu0, kind: cpu, cores: [").append(core)
            .append("]}\ntasks:\n  - name: network\n    period: 1s\n    model: {file: ").append(quoted(file(folder).toString()))
            .append(", cuts: ").append(cuts);
        if (!dims.isEmpty()) {
            text.append(", dims: {").append(String.join(", ", dims.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + entry.getValue()).toList())).append('}');
        }
        if (!shapes.isEmpty()) {
            text.append(", shapes: {").append(String.join(", ", shapes.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + entry.getValue()).toList())).append('}');
        }
        if (!values.isEmpty()) {
            text.append(", inputs: {").append(String.join(", ", values.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + entry.getValue()).toList())).append('}');
        }
        return text.append("}\n    segments:\n").append("      - {device: cpu0}\n".repeat(cuts)).toString();
    }

    private static String quoted(final String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
