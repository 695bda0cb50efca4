// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.format.Quantiles;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.QuantizedTask;
import org.tactus.internal.work.OnnxNetworks;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/**
 * Measures a task whose precisions are open: every variant on a CPU device or a GPU alone, and the conversions and copies between segments
 * apart, since a plan decides which of them are paid. On a processor caches are cold, as they are when other tasks ran before. On a
 * software GPU the times that the set states stay, and the time that the host takes to compute is only shown.
 */
final class VariantProfiler {
    private final TaskSet set;
    private final List<Device> devices;
    private final Task task;
    private final OnnxOptions options;
    private final int runs;
    private final double margin;

    VariantProfiler(final TaskSet set, final List<Device> devices, final Task task, final int runs, final double margin) {
        this.set = set;
        this.devices = devices;
        this.task = task;
        this.runs = runs;
        this.margin = margin;
        options = OnnxNetworks.options(set, task);
    }

    /** Measures on the calling thread. */
    WcetSidecar.TaskWcet measure(
        final QuantizedTask model, final WcetSidecar.Provenance provenance, final Consumer<Double> progress) {
        final int steps = task.segments().size() + model.crossings().size();
        final List<WcetSidecar.SegmentWcet> segments = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            SampleWatch.name("tasks[" + set.tasks().indexOf(task) + "].segments[" + i + "]", "a variant of segment " + i + " of '"
                + task.name() + "'");
            segments.addAll(segment(model, i));
            progress.accept((i + 1.0) / steps);
        }
        SampleWatch.name("tasks[" + set.tasks().indexOf(task) + "]", "a copy or conversion between segments of '" + task.name() + "'");
        final Map<Long, Boundary> boundaries = new TreeMap<>();
        for (final LayeredModel.Crossing crossing : model.crossings()) {
            final Map<String, Quantiles> times = ByTurns.measure(Map.of("quantise", model.conversion(crossing.tensor(), true),
                "dequantise", model.conversion(crossing.tensor(), false)), options, runs, true);
            add(boundaries, model, crossing, withMargin(times.get("quantise")), withMargin(times.get("dequantise")));
            progress.accept((task.segments().size() + boundaries.size()) / (double) steps);
        }
        // an output's conversion is part of the segment that makes it
        model.outputs().forEach(output -> add(boundaries, model, output, 0, 0));
        final ModelSource source = task.model().orElseThrow();
        return new WcetSidecar.TaskWcet(task.name(), WcetSidecar.modelText(source), Optional.of(provenance), segments,
            List.copyOf(boundaries.values()));
    }

    /** The variants on processors by turns, then those on a GPU. */
    private List<WcetSidecar.SegmentWcet> segment(final QuantizedTask model, final int index) {
        final List<Variant> variants = task.choices().orElseThrow().variants().get(index);
        final List<WcetSidecar.SegmentWcet> measured = new ArrayList<>();
        final Map<String, CutChain> chains = new LinkedHashMap<>();
        for (int v = 0; v < variants.size(); v++) {
            final Variant variant = variants.get(v);
            final DeviceSpec spec = set.platform().devices().get(variant.device());
            if (devices.get(variant.device()) instanceof final CudaDevice gpu) {
                final Quantiles times = new GpuSegmentTimer(gpu, runs).segment(model.alone(index, variant.precision()));
                final boolean told = gpu.networks().computesOnHost() && variant.wcetNs() != Segment.UNMEASURED;
                measured.add(new WcetSidecar.SegmentWcet(index, spec.name(), variant.precision(),
                    told ? variant.wcetNs() : withMargin(times), times, Map.of(), loss(model, index, variant)));
            } else if (spec.kind() == DeviceKind.CPU || variant.wcetNs() == Segment.UNMEASURED) {
                chains.put(String.valueOf(v), model.alone(index, variant.precision()));
            }
        }
        ByTurns.measure(chains, options, runs, true).forEach((v, times) -> {
            final Variant variant = variants.get(Integer.parseInt(v));
            measured.add(new WcetSidecar.SegmentWcet(index, set.platform().devices().get(variant.device()).name(), variant.precision(),
                withMargin(times), times, Map.of(), loss(model, index, variant)));
        });
        return measured;
    }

    private static OptionalDouble loss(final QuantizedTask model, final int index, final Variant variant) {
        return variant.precision() == Precision.INT8 ? model.loss(index) : OptionalDouble.empty();
    }

    /** Adds what one tensor costs to what others cost between the same segments. */
    private void add(
        final Map<Long, Boundary> boundaries, final QuantizedTask model, final LayeredModel.Crossing crossing, final long quantiseNs,
        final long dequantiseNs) {
        final Optional<GpuSegmentTimer> gpu = devices.stream().filter(CudaDevice.class::isInstance).map(CudaDevice.class::cast)
            .filter(device -> !device.networks().computesOnHost()).findFirst().map(device -> new GpuSegmentTimer(device, runs));
        final long bytes = model.bytes(crossing.tensor());
        final Boundary added = new Boundary(crossing.from(), crossing.to(),
            gpu.map(timer -> withMargin(timer.copy(bytes, false))).orElse(0L),
            gpu.map(timer -> withMargin(timer.copy(bytes, true))).orElse(0L), quantiseNs, dequantiseNs);
        boundaries.merge((long) crossing.to() << Integer.SIZE | crossing.from() + 1, added, (one, other) -> new Boundary(one.from(),
            one.to(), one.toHostNs() + other.toHostNs(), one.toDeviceNs() + other.toDeviceNs(), one.quantiseNs() + other.quantiseNs(),
            one.dequantiseNs() + other.dequantiseNs()));
    }

    private long withMargin(final Quantiles times) {
        return (long) Math.ceil(times.maxNs() * (1 + margin));
    }
}
