// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.format.Quantiles;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.time.Clock;

/** Times several one-segment models by turns, so that whatever else the machine does touches all alike. */
final class ByTurns {
    private static final int WARM_UP_RUNS = 10;
    private static final long BUSY_NS = 20_000_000;
    /** 8 MiB: more than a core's own caches hold. */
    private static final int SWEPT_LONGS = 1 << 20;

    private ByTurns() {
    }

    /**
     * Runs each model as often as told, on seeded inputs.
     *
     * @param cold whether other data pass through the caches before each run, as other tasks' do before a job
     * @return the quantiles under the models' names
     */
    static Map<String, Quantiles> measure(
        final Map<String, CutChain> chains, final OnnxOptions options, final int runs, final boolean cold) {
        final ExecutionTimer timer = ExecutionTimer.of(options.threads() <= 1); // what is taken from this thread is in no sample
        final long[] swept = new long[cold ? SWEPT_LONGS : 0];
        final Map<String, long[]> samples = new LinkedHashMap<>();
        final List<SegmentedModel> models = new ArrayList<>();
        try {
            chains.forEach((form, chain) -> {
                final SegmentedModel model = SegmentedModel.create(chain, options);
                models.add(model);
                model.fillInputs(1);
                samples.put(form, new long[runs]);
            });
            final List<long[]> rows = List.copyOf(samples.values());
            long busySinceNs = Clock.SYSTEM.nanoTime();
            for (int run = -WARM_UP_RUNS; run < runs; run++) {
                for (int form = 0; form < rows.size(); form++) {
                    for (int i = 0; i < swept.length; i += Long.BYTES) {
                        swept[i]++;
                    }
                    SampleWatch.begin();
                    timer.begin();
                    models.get(form).run(0);
                    final long elapsedNs = timer.elapsedNs();
                    if (run >= 0) {
                        rows.get(form)[run] = elapsedNs;
                    }
                    SampleWatch.end();
                }
                if (Clock.SYSTEM.nanoTime() - busySinceNs > BUSY_NS) { // a real-time thread must leave a twentieth of each second
                    LockSupport.parkNanos(BUSY_NS / 9);
                    busySinceNs = Clock.SYSTEM.nanoTime();
                }
            }
        } finally {
            models.forEach(SegmentedModel::close);
        }
        final Map<String, Quantiles> times = new LinkedHashMap<>();
        samples.forEach((form, row) -> times.put(form, Profiler.quantiles(row)));
        return times;
    }
}
