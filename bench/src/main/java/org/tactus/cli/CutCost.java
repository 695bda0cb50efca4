// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;

/**
 * What a network in a number of segments takes, measured on the calling thread, which nobody pins: the shortest of some runs, because
 * others on the machine only add, so these are no WCETs. Beside the whole network's it shows what a cut loses: the runtime fuses no
 * operators across it.
 *
 * @param cuts          number of segments
 * @param segmentNs     shortest run of each, in order
 * @param crossingBytes of tensors that one segment writes and a later one reads
 */
record CutCost(int cuts, List<Long> segmentNs, long crossingBytes) {
    /** A network that takes longer is not cut to be measured. */
    static final long MOST_NS = 2_000_000_000L;

    private static final int WARM_UP_RUNS = 3;
    private static final int RUNS = 15;
    private static final double LOPSIDED = 1.6;

    /** Keeps an unmodifiable copy of the list. */
    CutCost {
        segmentNs = List.copyOf(segmentNs);
    }

    static CutCost measure(final OnnxModel network, final int cuts) {
        try (SegmentedModel model = SegmentedModel.create(network, cuts, OnnxOptions.SINGLE_THREAD)) {
            model.fillInputs(1);
            final long[][] samples = new long[cuts][RUNS];
            int runs = RUNS;
            for (int run = -WARM_UP_RUNS; run < runs; run++) {
                for (int i = 0; i < cuts; i++) {
                    final long beginNs = System.nanoTime();
                    model.run(i);
                    samples[i][Math.max(0, run)] = System.nanoTime() - beginNs;
                }
                if (run <= 0 && LongStream.of(firsts(samples)).sum() > MOST_NS) {
                    runs = 1; // one sample of a network that takes so long
                }
            }
            final int taken = runs;
            return new CutCost(cuts, Arrays.stream(samples).map(of -> Arrays.stream(of, 0, taken).min().orElseThrow()).toList(),
                crossing(model.chain(), model));
        } catch (final NativeCallException e) {
            throw new InvalidModelException(network.name() + ": does not run on drawn inputs: " + e.getMessage(), e);
        }
    }

    private static long[] firsts(final long[][] samples) {
        return Arrays.stream(samples).mapToLong(of -> of[0]).toArray();
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
        return segmentNs.stream().mapToLong(Long::longValue).max().orElse(0) > LOPSIDED * totalNs() / cuts;
    }
}
