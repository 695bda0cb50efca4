// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;

/** Reads and makes attributes of nodes. */
public final class NodeAttributes {
    private NodeAttributes() {
    }

    /**
     * Finds an attribute of a node.
     *
     * @param node the node
     * @param name name of the attribute
     * @return the attribute; null when the node has none of this name
     */
    public static AttributeProto find(final NodeProto node, final String name) {
        for (final AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute;
            }
        }
        return null;
    }

    public static long integer(final NodeProto node, final String name, final long absent) {
        final AttributeProto attribute = find(node, name);
        return attribute == null ? absent : attribute.getI();
    }

    public static float fraction(final NodeProto node, final String name, final float absent) {
        final AttributeProto attribute = find(node, name);
        return attribute == null ? absent : attribute.getF();
    }

    /**
     * Whole numbers of an attribute.
     *
     * @param node   the node
     * @param name   name of the attribute
     * @param absent what a node without it has
     * @return a new array
     */
    public static long[] integers(final NodeProto node, final String name, final long... absent) {
        final AttributeProto attribute = find(node, name);
        return attribute == null ? absent : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    public static AttributeProto integer(final String name, final long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
    }

    /**
     * Makes an attribute of whole numbers.
     *
     * @param name   its name
     * @param values its values
     * @return the attribute
     */
    public static AttributeProto ints(final String name, final long... values) {
        final AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (final long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }
}
