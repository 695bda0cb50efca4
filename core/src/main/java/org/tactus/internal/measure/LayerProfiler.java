// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.format.Quantiles;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.Mixture;
import org.tactus.internal.quantise.ModelLayer;

/**
 * Measures each layer of a network alone, in floating point and on bytes by turns, so that whatever else the machine does touches
 * both alike; and the conversions between the two.
 */
public final class LayerProfiler {
    private final ThreadSetup setup;
    private final List<Integer> cores;
    private final int runs;

    /**
     * Prepares a profiler.
     *
     * @param setup gives the measuring thread what the machine permits
     * @param cores where it runs; as many threads compute; empty = one thread anywhere
     * @param runs  samples of each layer and form
     */
    public LayerProfiler(final ThreadSetup setup, final List<Integer> cores, final int runs) {
        this.setup = setup;
        this.cores = List.copyOf(cores);
        this.runs = runs;
    }

    /**
     * Measures every layer.
     *
     * @param int8     the network with every layer on bytes that is to be measured so
     * @param progress told the share that is done
     * @return times of each layer
     * @throws InterruptedException when interrupted meanwhile
     */
    public List<LayerTimes> measure(final Mixture int8, final Consumer<Double> progress) throws InterruptedException {
        return MeasuringThread.run(setup, cores, false, granted -> { }, () -> {
            final LayeredModel model = int8.layers();
            final List<LayerTimes> times = new ArrayList<>();
            for (int j = 0; j < model.layers().size(); j++) {
                times.add(layer(int8, j));
                progress.accept((j + 1.0) / model.layers().size());
            }
            return List.copyOf(times);
        });
    }

    private LayerTimes layer(final Mixture int8, final int index) {
        final LayeredModel model = int8.layers();
        final ModelLayer layer = model.layers().get(index);
        final Map<String, CutChain> chains = new LinkedHashMap<>();
        chains.put("fp32", int8.alone(index, index + 1, false));
        if (int8.isInt8(index)) {
            chains.put("int8", int8.alone(index, index + 1, true));
        }
        final String output = layer.outputs().getFirst();
        if (model.tensor(output).type() == ElementType.FLOAT) {
            chains.put("quantise", int8.conversion(output, true));
            chains.put("dequantise", int8.conversion(output, false));
        }
        SampleWatch.name("layers", "layer '" + layer.name() + "'");
        final Map<String, Quantiles> times = ByTurns.measure(chains, OnnxOptions.on(cores), runs, false);
        return new LayerTimes(layer.name(), layer.operator(), model.operations(index), times.get("fp32"),
            Optional.ofNullable(times.get("int8")), Optional.ofNullable(times.get("quantise")),
            Optional.ofNullable(times.get("dequantise")));
    }
}
