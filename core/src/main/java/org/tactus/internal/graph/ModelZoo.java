// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;

/**
 * Networks that need no download: the block structures of ResNet-18 (He et al. 2016), DenseNet-121 (Huang et al. 2017) and
 * MobileNetV2 (Sandler et al. 2018) with seeded weights, in three sizes each. Shapes and costs are real, what they recognise is
 * not. On one core of about 2.4 GHz a small one takes some 3 to 10 ms, a medium one 20 to 40 ms, a large one 80 ms and more.
 */
public final class ModelZoo {
    /** Names of the networks. */
    public static final List<String> NAMES = List.of("resnet", "densenet", "mobilenet");
    /** Names of the sizes. */
    public static final List<String> SIZES = List.of("small", "medium", "large");

    private static final int CLASSES = 1000;
    /** MobileNetV2's table: expansion, channels at full width, blocks, stride of the first. */
    private static final int[][] MOBILE_STAGES = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    private static final int[] DENSE_STAGES = {6, 12, 24, 16};

    private ModelZoo() {
    }

    /**
     * Generates a network. Input: {@code input}, one image, float, NCHW. Output: {@code output}, 1000 numbers.
     *
     * @param name one of {@link #NAMES}
     * @param size one of {@link #SIZES}
     * @param seed of the weights
     * @return the model, the same for the same arguments
     * @throws InvalidModelException for another name or size
     */
    public static OnnxModel generate(final String name, final String size, final long seed) {
        final int step = SIZES.indexOf(size);
        if (step < 0) {
            throw new InvalidModelException("zoo network '" + name + "': no size '" + size + "'; there are " + SIZES);
        }
        final GraphWriter writer = new GraphWriter(seed);
        final String title = name + "-" + size;
        final ModelProto proto = switch (name) {
            case "resnet" -> resnet(writer, title, new int[] {112, 224, 288}[step], new int[] {32, 32, 64}[step]);
            case "densenet" -> densenet(writer, title, new int[] {64, 144, 224}[step], new int[] {16, 24, 32}[step]);
            case "mobilenet" -> mobilenet(writer, title, new int[] {128, 224, 320}[step], new int[] {8, 12, 16}[step]);
            default -> throw new InvalidModelException("zoo network '" + name + "' does not exist; there are " + NAMES);
        };
        return new OnnxModel(title, proto);
    }

    /**
     * Makes the smallest network that computes something, for calls that only warm up.
     *
     * @return one value in, one value out
     */
    public static OnnxModel smallest() {
        final GraphWriter writer = new GraphWriter(0);
        return new OnnxModel("smallest", writer.classifier(writer.relu(writer.input(1, 1)), 1, "smallest"));
    }

    /**
     * Generates a network of the structure of {@code resnet} in a size of the caller's, for benchmarks that need one of a given length.
     *
     * @param resolution of the square input image, at least 32
     * @param width      channels of the first stage, above 0
     * @param seed       of the weights
     * @return the model, the same for the same arguments
     * @throws InvalidModelException for a size that the structure has no room for
     */
    public static OnnxModel resnet(final int resolution, final int width, final long seed) {
        if (resolution < 32 || width < 1) {
            throw new InvalidModelException("resnet of " + resolution + " pixels and " + width
                + " channels; give at least 32 pixels and a channel");
        }
        final String title = "resnet-" + resolution + "x" + width;
        return new OnnxModel(title, resnet(new GraphWriter(seed), title, resolution, width));
    }

    private static ModelProto resnet(final GraphWriter w, final String title, final int resolution, final int width) {
        String x = w.maxPool(w.relu(w.norm(w.conv(w.input(3, resolution), width, 7, 2, 1), 1)));
        for (int stage = 0; stage < 4; stage++) {
            for (int block = 0; block < 2; block++) {
                final int outputs = width << stage;
                final int stride = stage > 0 && block == 0 ? 2 : 1;
                final String inner = w.relu(w.norm(w.conv(x, outputs, 3, stride, 1), 1));
                final String branch = w.norm(w.conv(inner, outputs, 3, 1, 1), 0.5f);
                final String shortcut = stride == 1 && w.channels(x) == outputs ? x : w.norm(w.conv(x, outputs, 1, stride, 1), 1);
                x = w.relu(w.add(branch, shortcut));
            }
        }
        return w.classifier(x, CLASSES, title);
    }

    private static ModelProto densenet(final GraphWriter w, final String title, final int resolution, final int growth) {
        String x = w.maxPool(w.relu(w.norm(w.conv(w.input(3, resolution), 2 * growth, 7, 2, 1), 1)));
        for (int stage = 0; stage < DENSE_STAGES.length; stage++) {
            for (int layer = 0; layer < DENSE_STAGES[stage]; layer++) {
                final String narrow = w.conv(w.relu(w.norm(x, 0.8f)), 4 * growth, 1, 1, 1);
                x = w.concat(x, w.conv(w.relu(w.norm(narrow, 0.8f)), growth, 3, 1, 1));
            }
            if (stage < DENSE_STAGES.length - 1) {
                x = w.averagePool(w.conv(w.relu(w.norm(x, 0.8f)), w.channels(x) / 2, 1, 1, 1));
            }
        }
        return w.classifier(w.relu(w.norm(x, 1)), CLASSES, title);
    }

    /** Width in eighths: channels are multiples of 8. */
    private static ModelProto mobilenet(final GraphWriter w, final String title, final int resolution, final int eighths) {
        String x = w.relu6(w.norm(w.conv(w.input(3, resolution), 4 * eighths, 3, 2, 1), 1));
        for (final int[] stage : MOBILE_STAGES) {
            final int outputs = Math.max(8, stage[1] * eighths / 64 * 8);
            for (int block = 0; block < stage[2]; block++) {
                final int stride = block == 0 ? stage[3] : 1;
                final int hidden = w.channels(x) * stage[0];
                final String expanded = stage[0] == 1 ? x : w.relu6(w.norm(w.conv(x, hidden, 1, 1, 1), 1));
                final String depthwise = w.relu6(w.norm(w.conv(expanded, hidden, 3, stride, hidden), 1));
                final String projected = w.norm(w.conv(depthwise, outputs, 1, 1, 1), 0.5f);
                x = stride == 1 && w.channels(x) == outputs ? w.add(x, projected) : projected;
            }
        }
        return w.classifier(w.relu6(w.norm(w.conv(x, 160 * eighths, 1, 1, 1), 1)), CLASSES, title);
    }
}
