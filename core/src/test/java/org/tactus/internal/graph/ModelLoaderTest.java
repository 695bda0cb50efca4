// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.network.SegmentedModel;

/** Weights beside the file, and files much larger than the heap. */
class ModelLoaderTest {
    private static final int FLOAT = 1;
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);
    private static final int HEAP_MIB = 96;

    @TempDir
    private Path folder;

    private static GraphProto.Builder add(final TensorProto.Builder weight) {
        return GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2)).addInitializer(weight)
            .addNode(TestModels.node("Add", List.of("x", "w"), "a")).addNode(TestModels.node("Add", List.of("a", "w"), "y"))
            .addOutput(TestModels.value("y", FLOAT, 2));
    }

    private static TensorProto.Builder outside(final String location, final String... more) {
        final TensorProto.Builder weight = TensorProto.newBuilder().setName("w").setDataType(FLOAT).addDims(2)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL).addExternalData(entry("location", location));
        for (int i = 0; i < more.length; i += 2) {
            weight.addExternalData(entry(more[i], more[i + 1]));
        }
        return weight;
    }

    private static StringStringEntryProto entry(final String key, final String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private OnnxModel load(final TensorProto.Builder weight) throws IOException {
        final Path file = Files.createDirectories(folder.resolve("net")).resolve("m.onnx");
        Files.write(file, TestModels.model(add(weight)).toByteArray());
        return OnnxModel.load(file);
    }

    private String refusal(final TensorProto.Builder weight) {
        final String message = assertThrows(InvalidModelException.class, () -> load(weight)).getMessage();
        return message.replace(folder.resolve("net").toString() + "/", "");
    }

    private static byte[] floats(final float... values) {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (final float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    @Test
    void shouldReadWeightsFromAFileBesideTheModel() throws IOException {
        Files.createDirectories(folder.resolve("net/below"));
        Files.write(folder.resolve("net/w.bin"), floats(9, 9, 3, 5));
        Files.write(folder.resolve("net/below/w.bin"), floats(3, 5));
        for (final TensorProto.Builder weight : List.of(outside("w.bin", "offset", "8", "length", "8"), outside("w.bin", "offset", "8"),
            outside("below/w.bin"), outside("./below/../w.bin", "offset", "8", "checksum", "any"))) {
            final OnnxModel model = load(weight);
            for (int cuts = 1; cuts <= 2; cuts++) {
                try (SegmentedModel segmented = SegmentedModel.create(model, cuts, AS_WRITTEN)) {
                    segmented.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
                    for (int i = 0; i < cuts; i++) {
                        segmented.run(i);
                    }
                    assertArrayEquals(new float[] {7, 10}, segmented.tensor("y").toArray(ValueLayout.JAVA_FLOAT));
                }
            }
        }
    }

    @Test
    void shouldLeaveLargeWeightsOfAFileBesideTheModelOutsideTheHeap() throws IOException {
        final int count = 1 << 19;
        final byte[] data = new byte[4 * count];
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * (count - 1), 7);
        Files.createDirectories(folder.resolve("net"));
        Files.write(folder.resolve("net/w.bin"), data);
        final OnnxModel model = load(outside("w.bin").clearDims().addDims(1).addDims(count)); // [2] and [1, count]: the sum is [1, count]
        assertEquals(1, model.outside().size());
        assertEquals(data.length, model.inside().proto().getGraph().getInitializer(0).getRawData().size());
        assertEquals(0, model.inside().outside().size());
        final OnnxModel one = OpenShapes.fix(new OnnxModel(model.name(), model.proto().toBuilder().setGraph(model.proto().getGraph()
            .toBuilder().setInput(0, TestModels.value("x", FLOAT, 1)).setOutput(0, TestModels.value("y", FLOAT, 1, count))).build(),
            model.outside()), java.util.Map.of(), java.util.Map.of("x", List.of(1L)));
        for (int cuts = 1; cuts <= 2; cuts++) {
            try (SegmentedModel segmented = SegmentedModel.create(one, cuts, AS_WRITTEN)) {
                segmented.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 0, 2);
                for (int i = 0; i < cuts; i++) {
                    segmented.run(i);
                }
                assertEquals(16, segmented.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, count - 1));
                assertEquals(2, segmented.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            }
        }
    }

    @Test
    void shouldConfineWeightsToTheFolderOfTheModel() throws IOException {
        Files.createDirectories(folder.resolve("net"));
        final Path secret = Files.write(folder.resolve("secret"), floats(3, 5));
        Files.createSymbolicLink(folder.resolve("net/link"), secret);
        Files.createSymbolicLink(folder.resolve("net/up"), folder);
        for (final String location : List.of("../secret", secret.toString(), "", "a/../../secret")) {
            assertEquals("m.onnx: tensor 'w' lies in '" + location + "', outside the model's folder; put the file beside the model",
                refusal(outside(location)));
        }
        for (final String location : List.of("link", "up/secret")) {
            assertEquals("m.onnx: tensor 'w' lies in '" + location + "', which links to a file outside the model's folder; put the file "
                + "itself there", refusal(outside(location)));
        }
    }

    @Test
    void shouldSayWhatIsWrongWithTheFileOfWeights() throws IOException {
        Files.createDirectories(folder.resolve("net"));
        Files.write(folder.resolve("net/w.bin"), floats(3, 5));
        assertEquals("m.onnx: tensor 'w' lies in 'gone.bin' (external data), which is not there; put the file beside the model",
            refusal(outside("gone.bin")));
        assertEquals("m.onnx: tensor 'w' needs bytes 4 to 12 of 'w.bin', which has 8; the file is cut short, or belongs to another model",
            refusal(outside("w.bin", "offset", "4", "length", "8")));
        assertEquals("m.onnx: tensor 'w' of shape [2] takes 8 bytes, but the model says 4 of 'w.bin'",
            refusal(outside("w.bin", "length", "4")));
        assertEquals("m.onnx: tensor 'w' has the offset '-4', which is no number of bytes", refusal(outside("w.bin", "offset", "-4")));
        assertTrue(refusal(outside("w.bin", "offset", "9223372036854775807")).contains("needs bytes 9223372036854775807"));
        assertTrue(refusal(outside("w.bin").addDims(Long.MAX_VALUE)).contains("is larger than any memory"));
    }

    /** Runs in another JVM, whose heap is a fraction of the model. */
    public static final class Large {
        private Large() {
        }

        public static void main(final String[] arguments) {
            try (SegmentedModel segmented = SegmentedModel.create(OnnxModel.load(Path.of(arguments[0])), Integer.parseInt(arguments[1]),
                    OnnxOptions.SINGLE_THREAD)) {
                segmented.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 0, 2);
                for (int i = 0; i < segmented.segments(); i++) {
                    segmented.run(i);
                }
                System.out.print(segmented.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            }
        }
    }

    private static Process start(final int heapMib, final Path file, final int cuts) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heapMib + "m",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
            Large.class.getName(), file.toString(), String.valueOf(cuts)).redirectErrorStream(true).start();
    }

    private static String inSmallHeap(final Path file, final int cuts) throws IOException, InterruptedException {
        final Process process = start(HEAP_MIB, file, cuts);
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text;
    }

    /** A chain y = x + sum of the weights' first elements; the tensors are written one by one, so that no heap holds them. */
    private static void write(final Path file, final int tensors, final int tensorBytes) throws IOException {
        final GraphProto.Builder graph = GraphProto.newBuilder().setName("large").addInput(TestModels.value("x", FLOAT, 1))
            .addOutput(TestModels.value("y", FLOAT, 1)).addInitializer(Tensors.longs("first", List.of(1L), 0));
        final List<String> sums = new ArrayList<>(List.of("x"));
        for (int i = 0; i < tensors; i++) {
            graph.addNode(TestModels.node("Gather", List.of("w" + i, "first"), "g" + i));
            sums.add(i + 1 == tensors ? "y" : "s" + i);
            graph.addNode(TestModels.node("Add", List.of(sums.get(i), "g" + i), sums.get(i + 1)));
        }
        final byte[] small = graph.build().toByteArray();
        final byte[] data = new byte[tensorBytes];
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(1);
        final List<byte[]> heads = new ArrayList<>();
        long graphBytes = small.length;
        for (int i = 0; i < tensors; i++) {
            final ByteArrayOutputStream head = new ByteArrayOutputStream();
            final CodedOutputStream out = CodedOutputStream.newInstance(head);
            final byte[] tensor =
                TensorProto.newBuilder().setName("w" + i).setDataType(FLOAT).addDims(tensorBytes / 4).build().toByteArray();
            final int rawTag = CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
                + CodedOutputStream.computeUInt32SizeNoTag(tensorBytes);
            out.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(tensor.length + rawTag + tensorBytes);
            out.writeRawBytes(tensor);
            out.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(tensorBytes);
            out.flush();
            heads.add(head.toByteArray());
            graphBytes += head.size() + tensorBytes;
        }
        try (OutputStream target = Files.newOutputStream(file)) {
            final CodedOutputStream out = CodedOutputStream.newInstance(target, 1 << 16);
            out.writeRawBytes(TestModels.model(GraphProto.newBuilder()).toBuilder().clearGraph().build().toByteArray());
            out.writeTag(ai.onnx.proto.OnnxMl.ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(Math.toIntExact(graphBytes));
            out.writeRawBytes(small);
            for (final byte[] head : heads) {
                out.writeRawBytes(head);
                out.writeRawBytes(data);
            }
            out.flush();
        }
    }

    @Test
    void shouldRunAModelManyTimesTheHeap() throws IOException, InterruptedException {
        final int mib = Integer.getInteger("tactus.model.mib", 352); // up to 2047 in a long run
        final Path file = folder.resolve("large.onnx");
        final int each = 16 << 20;
        final int count = mib / 16;
        write(file, count, each);
        assertTrue(Files.size(file) > 3L * HEAP_MIB << 20);
        assertEquals(String.valueOf(2f + count), inSmallHeap(file, 1));
        assertEquals(String.valueOf(2f + count), inSmallHeap(file, 3));
    }

    @Test
    void shouldSayHowMuchHeapWeightsInListsTake() throws IOException, InterruptedException {
        final TensorProto.Builder weight = TensorProto.newBuilder().setName("w").setDataType(FLOAT).addDims(2);
        for (int i = 0; i < 30_000_000; i++) {
            weight.addFloatData(0);
        }
        final Path file = folder.resolve("lists.onnx");
        try (OutputStream out = Files.newOutputStream(file)) {
            TestModels.model(add(weight)).writeTo(out);
        }
        final Process process = start(64, file, 1);
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor() != 0);
        assertTrue(text.contains("lists.onnx: does not fit into the heap of 6") && text.contains(" MiB, because its weights are written as "
            + "lists of numbers, which take about 228 MiB to read; save it with raw weights, or give more by TACTUS_JVM_FLAGS=-Xmx2g"),
            text);
    }
}
