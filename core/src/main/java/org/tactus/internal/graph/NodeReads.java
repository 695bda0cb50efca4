// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a node reads: its inputs, and what the bodies of control flow take from the graph around them. */
final class NodeReads {
    private NodeReads() {
    }

    /** Names of tensors, inputs first, without those that are left out; names of a body that mean nothing outside are not among them. */
    static List<String> of(final NodeProto node) {
        final Set<String> reads = new LinkedHashSet<>(node.getInputList());
        addCaptured(node, reads);
        reads.remove("");
        return new ArrayList<>(reads);
    }

    private static void addCaptured(final NodeProto node, final Set<String> reads) {
        for (final AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                reads.addAll(captured(attribute.getG()));
            }
            attribute.getGraphsList().forEach(body -> reads.addAll(captured(body)));
        }
    }

    private static Set<String> captured(final GraphProto body) {
        final Set<String> own = new HashSet<>();
        body.getInputList().stream().map(ValueInfoProto::getName).forEach(own::add);
        body.getInitializerList().stream().map(TensorProto::getName).forEach(own::add);
        body.getNodeList().forEach(node -> own.addAll(node.getOutputList()));
        final Set<String> reads = new LinkedHashSet<>();
        body.getNodeList().forEach(node -> {
            reads.addAll(node.getInputList());
            addCaptured(node, reads);
        });
        body.getOutputList().stream().map(ValueInfoProto::getName).forEach(reads::add);
        reads.removeAll(own);
        return reads;
    }
}
