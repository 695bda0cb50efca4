package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;

/** Reads and makes attributes of nodes. */
final class NodeAttributes {
    private NodeAttributes() {
    }

    static AttributeProto find(final NodeProto node, final String name) {
        for (final AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute;
            }
        }
        return null;
    }

    static long integer(final NodeProto node, final String name, final long absent) {
        final AttributeProto attribute = find(node, name);
        return attribute == null ? absent : attribute.getI();
    }

    static float fraction(final NodeProto node, final String name, final float absent) {
        final AttributeProto attribute = find(node, name);
        return attribute == null ? absent : attribute.getF();
    }

    static AttributeProto integer(final String name, final long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
    }

    static AttributeProto ints(final String name, final long... values) {
        final AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (final long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }
}
