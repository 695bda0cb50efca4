// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.internal.file.MappedFile;

/**
 * Brings weights in that a model has in other files. A file is confined to the model's folder and what lies below it, links followed, so
 * that a model from elsewhere cannot read what its user did not mean it to.
 */
final class ExternalData {
    private final Path model;
    private final OutsideWeights outside;
    private final Set<String> left = new HashSet<>();
    /** By location. */
    private final Map<String, MemorySegment> files = new HashMap<>();

    ExternalData(final Path model, final OutsideWeights outside) {
        this.model = model;
        this.outside = outside;
        outside.files().forEach(weight -> left.add(weight.name()));
    }

    /** The locations that were read, once {@link #resolve} is done. */
    List<String> locations() {
        return files.keySet().stream().sorted().toList();
    }

    /** The model with views of the files in place of references to them. */
    ModelProto resolve(final ModelProto proto) {
        final GraphProto graph = resolve(proto.getGraph(), true);
        return graph == proto.getGraph() ? proto : proto.toBuilder().setGraph(graph).build();
    }

    /** Of the model's own graph large weights stay outside; the runtime takes none of a body from there. */
    private GraphProto resolve(final GraphProto graph, final boolean own) {
        GraphProto.Builder changed = null;
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            final TensorProto tensor = graph.getInitializer(i);
            final TensorProto inside = resolve(tensor, own);
            if (inside != tensor) {
                changed = changed == null ? graph.toBuilder() : changed;
                changed.setInitializer(i, inside);
            }
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            final NodeProto node = resolve(graph.getNode(i));
            if (node != graph.getNode(i)) {
                changed = changed == null ? graph.toBuilder() : changed;
                changed.setNode(i, node);
            }
        }
        return changed == null ? graph : changed.build();
    }

    private NodeProto resolve(final NodeProto node) {
        NodeProto.Builder changed = null;
        for (int i = 0; i < node.getAttributeCount(); i++) {
            final AttributeProto attribute = node.getAttribute(i);
            final AttributeProto.Builder inside = attribute.toBuilder();
            if (attribute.hasT()) {
                inside.setT(resolve(attribute.getT(), false));
            }
            for (int j = 0; j < attribute.getTensorsCount(); j++) {
                inside.setTensors(j, resolve(attribute.getTensors(j), false));
            }
            if (attribute.hasG()) {
                inside.setG(resolve(attribute.getG(), false));
            }
            for (int j = 0; j < attribute.getGraphsCount(); j++) {
                inside.setGraphs(j, resolve(attribute.getGraphs(j), false));
            }
            if (attribute.hasT() && inside.getT() != attribute.getT() || attribute.getTensorsCount() > 0 || attribute.hasG()
                || attribute.getGraphsCount() > 0) {
                changed = changed == null ? node.toBuilder() : changed;
                changed.setAttribute(i, inside);
            }
        }
        return changed == null ? node : changed.build();
    }

    private TensorProto resolve(final TensorProto tensor, final boolean own) {
        if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL || isOutsideAlready(tensor)) {
            return tensor;
        }
        String location = "";
        long offset = 0;
        long length = -1;
        for (final StringStringEntryProto entry : tensor.getExternalDataList()) {
            switch (entry.getKey()) {
                case "location" -> location = entry.getValue();
                case "offset" -> offset = number(tensor, entry);
                case "length" -> length = number(tensor, entry);
                default -> { } // a checksum, or what a later version adds
            }
        }
        final MemorySegment file = file(tensor, location);
        final long bytes = length < 0 ? expectedBytes(tensor, file.byteSize() - offset) : length;
        if (offset > file.byteSize() || bytes < 0 || bytes > file.byteSize() - offset) {
            throw wrong(tensor, "needs bytes " + offset + " to " + (offset + bytes) + " of '" + location + "', which has " + file.byteSize()
                + "; the file is cut short, or belongs to another model");
        }
        if (bytes > Integer.MAX_VALUE && !own) {
            throw wrong(tensor, "has " + bytes + " bytes; in the body of control flow a tensor of less than 2 GiB can be read");
        }
        final long expected = expectedBytes(tensor, bytes);
        if (expected != bytes) {
            throw wrong(tensor, "of shape " + tensor.getDimsList() + " takes " + expected + " bytes, but the model says " + bytes + " of '"
                + location + "'");
        }
        final MemorySegment data = file.asSlice(offset, bytes);
        return own && bytes >= OutsideWeights.FROM_BYTES ? outside.leave(tensor, data) : tensor.toBuilder().clearExternalData()
            .clearDataLocation().setRawData(UnsafeByteOperations.unsafeWrap(data.toArray(ValueLayout.JAVA_BYTE))).build();
    }

    /** Whether a weight was left outside when the model itself was read; a file of the user's cannot claim so for another place. */
    private boolean isOutsideAlready(final TensorProto tensor) {
        return tensor.getExternalDataCount() > 0 && left.contains(tensor.getExternalData(0).getValue());
    }

    /** Size by shape and type; otherwise what is given for types that do not take whole bytes. */
    private long expectedBytes(final TensorProto tensor, final long otherwise) {
        final ElementType type = ElementType.of(tensor.getDataType());
        try {
            return type == null ? otherwise : Math.multiplyExact(Tensors.elements(tensor.getDimsList()), (long) type.bytes());
        } catch (final ArithmeticException e) {
            throw wrong(tensor, "of shape " + tensor.getDimsList() + " is larger than any memory");
        }
    }

    private long number(final TensorProto tensor, final StringStringEntryProto entry) {
        try {
            final long number = Long.parseLong(entry.getValue());
            if (number >= 0) {
                return number;
            }
        } catch (final NumberFormatException e) {
            // told below
        }
        throw wrong(tensor, "has the " + entry.getKey() + " '" + entry.getValue() + "', which is no number of bytes");
    }

    private MemorySegment file(final TensorProto tensor, final String location) {
        final MemorySegment known = files.get(location);
        if (known != null) {
            return known;
        }
        try {
            final Path folder = model.toAbsolutePath().normalize().getParent();
            final Path path = folder.resolve(location);
            if (location.isEmpty() || Path.of(location).isAbsolute() || !path.normalize().startsWith(folder)) {
                throw wrong(tensor, "lies in '" + location + "', outside the model's folder; put the file beside the model");
            }
            if (!Files.isRegularFile(path)) {
                throw wrong(tensor, "lies in '" + location + "' (external data), which is not there; put the file beside the model");
            }
            if (!path.toRealPath().startsWith(folder.toRealPath())) {
                throw wrong(tensor, "lies in '" + location + "', which links to a file outside the model's folder; put the file "
                    + "itself there");
            }
            final MemorySegment mapped = MappedFile.read(path);
            files.put(location, mapped);
            return mapped;
        } catch (final InvalidPathException e) {
            throw wrong(tensor, "lies in a file whose name is none: " + e.getReason());
        } catch (final IOException e) {
            throw wrong(tensor, "lies in '" + location + "', which cannot be read: " + e.getMessage());
        }
    }

    private InvalidModelException wrong(final TensorProto tensor, final String what) {
        return new InvalidModelException(model + ": tensor '" + tensor.getName() + "' " + what);
    }
}
