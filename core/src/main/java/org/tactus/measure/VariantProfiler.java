package org.tactus.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tactus.OnnxWorks;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.format.Quantiles;
import org.tactus.format.WcetSidecar;
import org.tactus.inference.CutChain;
import org.tactus.inference.LayeredModel;
import org.tactus.inference.QuantizedTask;
import org.tactus.model.DeviceKind;
import org.tactus.model.ModelSource;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/**
 * Measures a task whose precisions are open: every variant on a CPU device alone, and the conversions between segments apart, since a
 * plan decides which of them are paid. Caches are cold, as they are when other tasks ran before.
 */
final class VariantProfiler {
    private final TaskSet set;
    private final Task task;
    private final OnnxOptions options;
    private final int runs;
    private final double margin;

    VariantProfiler(final TaskSet set, final Task task, final int runs, final double margin) {
        this.set = set;
        this.task = task;
        this.runs = runs;
        this.margin = margin;
        options = OnnxWorks.options(set, task);
    }

    /** Measures on the calling thread. */
    WcetSidecar.TaskWcet measure(final QuantizedTask model, final Consumer<Double> progress) {
        final List<List<Variant>> variants = task.choices().orElseThrow().variants();
        final List<LayeredModel.Crossing> crossings = model.crossings();
        final int steps = variants.size() + crossings.size();
        final List<WcetSidecar.SegmentWcet> segments = new ArrayList<>();
        for (int i = 0; i < variants.size(); i++) {
            final Map<String, CutChain> chains = new LinkedHashMap<>();
            for (int v = 0; v < variants.get(i).size(); v++) {
                if (isMeasured(variants.get(i).get(v))) {
                    chains.put(String.valueOf(v), model.alone(i, variants.get(i).get(v).precision()));
                }
            }
            final int at = i;
            ByTurns.measure(chains, options, runs, true).forEach((index, times) -> {
                final Variant variant = variants.get(at).get(Integer.parseInt(index));
                segments.add(new WcetSidecar.SegmentWcet(at, set.platform().devices().get(variant.device()).name(), variant.precision(),
                    withMargin(times), times));
            });
            progress.accept((i + 1.0) / steps);
        }
        final Map<Long, WcetSidecar.BoundaryWcet> boundaries = new TreeMap<>();
        for (int c = 0; c < crossings.size(); c++) {
            final LayeredModel.Crossing crossing = crossings.get(c);
            final Map<String, Quantiles> times = ByTurns.measure(Map.of("quantise", model.conversion(crossing.tensor(), true),
                "dequantise", model.conversion(crossing.tensor(), false)), options, runs, true);
            final var added = new WcetSidecar.BoundaryWcet(crossing.from(), crossing.to(), withMargin(times.get("quantise")),
                withMargin(times.get("dequantise")));
            boundaries.merge((long) crossing.to() << Integer.SIZE | crossing.from() + 1, added, (one, other) ->
                new WcetSidecar.BoundaryWcet(one.from(), one.to(), one.quantiseNs() + other.quantiseNs(),
                    one.dequantiseNs() + other.dequantiseNs()));
            progress.accept((variants.size() + c + 1.0) / steps);
        }
        final ModelSource source = task.model().orElseThrow();
        return new WcetSidecar.TaskWcet(task.name(), WcetSidecar.modelText(source), segments, List.copyOf(boundaries.values()));
    }

    private boolean isMeasured(final Variant variant) {
        return variant.wcetNs() == Segment.UNMEASURED || set.platform().devices().get(variant.device()).kind() == DeviceKind.CPU;
    }

    private long withMargin(final Quantiles times) {
        return (long) Math.ceil(times.maxNs() * (1 + margin));
    }
}
