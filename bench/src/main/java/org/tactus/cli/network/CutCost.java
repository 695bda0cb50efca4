// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.CutBalance;
import org.tactus.internal.network.SegmentedModel;

/**
 * What a network in a number of segments takes where {@link CutBalance} cuts it, measured on the calling thread, which nobody pins: the
 * shortest of some runs, because others on the machine only add, so these are no WCETs. Beside the whole network's it shows what a cut
 * loses: the runtime fuses no operators across it.
 *
 * @param cuts          number of segments
 * @param segmentNs     shortest run of each, in order
 * @param crossingBytes of tensors that one segment writes and a later one reads
 */
record CutCost(int cuts, List<Long> segmentNs, long crossingBytes) {
    /** A network that takes longer is not cut to be measured. */
    static final long MOST_NS = 2_000_000_000L;

    /** Keeps an unmodifiable copy of the list. */
    CutCost {
        segmentNs = List.copyOf(segmentNs);
    }

    /** Cuts the network where segments take about the same, as a profile does, and measures it. */
    static CutCost measure(final OnnxModel network, final int cuts) {
        final CutChain chain;
        final List<Long> segmentNs;
        if (cuts == 1) {
            chain = new ModelCutter(OnnxRuntime.require()).cut(network, 1);
            segmentNs = CutBalance.times(chain, OnnxOptions.SINGLE_THREAD);
        } else {
            final CutBalance balance = CutBalance.choose(network, cuts, OnnxOptions.SINGLE_THREAD);
            chain = new ModelCutter(OnnxRuntime.require()).cut(network, balance.starts());
            segmentNs = balance.segmentNs();
        }
        try (SegmentedModel model = SegmentedModel.create(chain, OnnxOptions.SINGLE_THREAD)) {
            return new CutCost(cuts, segmentNs, crossing(chain, model));
        }
    }

    private static long crossing(final CutChain chain, final SegmentedModel model) {
        final Set<String> read = new HashSet<>();
        chain.parts().stream().skip(1).forEach(part -> read.addAll(part.inputs()));
        return chain.parts().stream().flatMap(part -> part.outputs().stream()).distinct().filter(read::contains)
            .mapToLong(name -> model.tensor(name).byteSize()).sum();
    }

    long totalNs() {
        return segmentNs.stream().mapToLong(Long::longValue).sum();
    }

    /** Each segment's share in per cent. */
    String sharesText() {
        return segmentNs.stream().map(ns -> String.valueOf(Math.round(100.0 * ns / totalNs()))).collect(Collectors.joining(" "));
    }

    /** Whether a segment is much longer than an equal share. */
    boolean isLopsided() {
        return segmentNs.stream().mapToLong(Long::longValue).max().orElse(0) > CutBalance.LOPSIDED * totalNs() / cuts;
    }
}
