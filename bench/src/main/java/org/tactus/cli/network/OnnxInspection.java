// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.text.Lines;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OpenShapes;
import org.tactus.internal.text.Printable;
import org.tactus.internal.time.Sizes;

/** What an ONNX file holds, and what cuts of it would cost, measured here. */
final class OnnxInspection {
    private static final int[] CUTS = {2, 4, 8};
    private static final Set<ElementType> FLOATING = EnumSet.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.BFLOAT16,
        ElementType.DOUBLE);

    private final OnnxModel model;
    private final Map<String, Integer> operators = new TreeMap<>();
    private final List<CutCost> cuts = new ArrayList<>();
    private long parameters;
    private long parameterBytes;
    private String noCuts = "";

    /** Reads the graph and measures. */
    OnnxInspection(final OnnxModel model) {
        this.model = model;
        final GraphProto graph = model.proto().getGraph();
        graph.getNodeList().forEach(node -> operators.merge(
            (node.getDomain().isEmpty() ? "" : node.getDomain() + ".") + node.getOpType(), 1, Integer::sum));
        countParameters(graph);
        if (!OpenShapes.suggestedKeys(model).isEmpty()) {
            noCuts = "its extents are open; a task set fixes them by " + OpenShapes.suggestedKeys(model);
        } else if (OnnxRuntime.find().isEmpty()) {
            noCuts = OnnxRuntime.absence().orElseThrow();
        } else {
            measure();
        }
    }

    /** Those of a graph and of the bodies of its control flow. */
    private void countParameters(final GraphProto graph) {
        graph.getInitializerList().forEach(this::countParameters);
        for (final NodeProto node : graph.getNodeList()) {
            // Some exporters write weights as nodes; whole numbers among such nodes are shapes and axes, not parameters.
            if (node.getOpType().equals("Constant") && node.getDomain().isEmpty()) {
                node.getAttributeList().stream().filter(AttributeProto::hasT).map(AttributeProto::getT)
                    .filter(value -> FLOATING.contains(ElementType.of(value.getDataType()))).forEach(this::countParameters);
            }
            node.getAttributeList().stream().filter(AttributeProto::hasG).map(AttributeProto::getG).forEach(this::countParameters);
        }
    }

    private void countParameters(final TensorProto weight) {
        final long elements = weight.getDimsList().stream().reduce(1L, (a, b) -> a * b);
        final ElementType type = ElementType.of(weight.getDataType());
        parameters += elements;
        parameterBytes += elements * (type == null ? 1 : type.bytes());
    }

    private void measure() {
        try {
            final CutCost whole = CutCost.measure(model, 1);
            cuts.add(whole);
            for (final int count : CUTS) {
                if (whole.totalNs() < CutCost.MOST_NS && noCuts.isEmpty()) {
                    cuts.add(CutCost.measure(model, count));
                }
            }
        } catch (final InvalidModelException e) {
            noCuts = e.getMessage();
        }
    }

    private String opsets() {
        return model.proto().getOpsetImportList().stream().map(OnnxInspection::opset).collect(Collectors.joining(", "));
    }

    private static String opset(final OperatorSetIdProto set) {
        return (set.getDomain().isEmpty() ? "" : set.getDomain() + ' ') + set.getVersion();
    }

    void table(final PrintWriter print) {
        final ModelProto proto = model.proto();
        print.println(Lines.wrap(model.name() + ": ONNX version " + proto.getIrVersion() + ", operator sets " + opsets()
            + (proto.getProducerName().isEmpty() ? "" : ", by " + Printable.line(proto.getProducerName()))));
        proto.getGraph().getInputList().forEach(input -> print.println(Lines.wrap("  in   '" + Printable.line(input.getName()) + "' "
            + OpenShapes.text(input))));
        proto.getGraph().getOutputList().forEach(output -> print.println(Lines.wrap("  out  '" + Printable.line(output.getName()) + "' "
            + OpenShapes.text(output))));
        print.println(Lines.wrap("  nodes " + proto.getGraph().getNodeCount() + ": " + operators.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey()))
            .map(operator -> operator.getKey() + ' ' + operator.getValue()).collect(Collectors.joining(", "))));
        print.println(Lines.wrap("  parameters " + parameters + ", " + Sizes.format(parameterBytes)));
        for (final CutCost cost : cuts) {
            print.println(Lines.wrap(cost.cuts() == 1 ? String.format(Locale.ROOT, "  whole: %.3f ms", cost.totalNs() / 1e6)
                : String.format(Locale.ROOT, "  cuts %d: %.3f ms, %+.1f %% of the whole; shares %s %%; %s between segments%s", cost.cuts(),
                cost.totalNs() / 1e6, 100.0 * (cost.totalNs() - cuts.getFirst().totalNs()) / cuts.getFirst().totalNs(), cost.sharesText(),
                Sizes.format(cost.crossingBytes()),
                cost.isLopsided() ? "; LOPSIDED: the longest segment decides how long others wait" : "")));
        }
        if (!noCuts.isEmpty()) {
            print.println(Lines.wrap("  not measured further: " + noCuts));
        }
    }

    void json(final JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", model.name());
        json.writeNumberField("irVersion", model.proto().getIrVersion());
        json.writeStringField("opsets", opsets());
        for (final boolean in : new boolean[] {true, false}) {
            json.writeArrayFieldStart(in ? "inputs" : "outputs");
            final GraphProto graph = model.proto().getGraph();
            for (final var tensor : in ? graph.getInputList() : graph.getOutputList()) {
                json.writeStartObject();
                json.writeStringField("name", tensor.getName());
                json.writeStringField("tensor", OpenShapes.text(tensor));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeObjectFieldStart("operators");
        for (final Map.Entry<String, Integer> operator : operators.entrySet()) {
            json.writeNumberField(operator.getKey(), operator.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("parameters", parameters);
        json.writeNumberField("parameterBytes", parameterBytes);
        json.writeArrayFieldStart("cuts");
        for (final CutCost cost : cuts) {
            json.writeStartObject();
            json.writeNumberField("cuts", cost.cuts());
            json.writeArrayFieldStart("segmentNs");
            for (final long ns : cost.segmentNs()) {
                json.writeNumber(ns);
            }
            json.writeEndArray();
            json.writeNumberField("crossingBytes", cost.crossingBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("notMeasured", noCuts);
        json.writeEndObject();
    }
}
