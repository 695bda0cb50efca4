package org.tactus;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.tactus.format.Quantiles;

/**
 * Measures what a segment on a GPU costs beyond its own work: the calls that launch it and queue the word of its completion, and
 * the time from there until a poll sees the word. The kernel does nothing. Used by the rig's thread only.
 */
public final class LaunchTimer {
    private static final int WARM_UP = 20_000;

    private final GpuRig rig;
    private int sequence;

    /**
     * What launches cost, without the samples that a platform stall touched.
     *
     * @param launch     the two calls, on the host
     * @param completion from their return until the word is seen
     * @param whole      from before the calls until the word is seen
     * @param minWholeNs the least of it, nanoseconds
     * @param longestNs  the most of it, stalls included, nanoseconds
     * @param stalls     samples that a stall touched
     * @param bytesPerOp heap bytes that the thread allocated a launch, on average
     */
    public record Result(
        Quantiles launch, Quantiles completion, Quantiles whole, long minWholeNs, long longestNs, long stalls, double bytesPerOp) {
    }

    /**
     * Prepares measurements.
     *
     * @param rig the GPU
     */
    public LaunchTimer(final GpuRig rig) {
        this.rig = rig;
        sequence = rig.word();
    }

    /**
     * Measures kernels.
     *
     * @param samples how many
     * @return what they cost
     */
    public Result kernels(final int samples) {
        return measure(samples, 0);
    }

    /**
     * Measures instantiated graphs of one kernel.
     *
     * @param samples how many
     * @return what they cost
     */
    public Result graphs(final int samples) {
        rig.modules().beginCapture(rig.compute());
        rig.spin(rig.compute(), 0);
        final long graph = rig.modules().endCapture(rig.compute());
        final Result result = measure(samples, graph);
        rig.streams().synchronize(rig.compute());
        rig.modules().destroyGraph(graph);
        return result;
    }

    private Result measure(final int samples, final long graph) {
        final long[] begunNs = new long[samples];
        final long[] launchedNs = new long[samples];
        final long[] seenNs = new long[samples];
        for (int warm = 0; warm < WARM_UP; warm += samples) { // until the calls are compiled
            launch(samples, graph, begunNs, launchedNs, seenNs);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long asked = threads.getCurrentThreadAllocatedBytes();
        final long before = threads.getCurrentThreadAllocatedBytes();
        launch(samples, graph, begunNs, launchedNs, seenNs);
        // What asking itself allocates is no launch's.
        final long bytes = threads.getCurrentThreadAllocatedBytes() - before - (before - asked);
        final long[] calls = new long[samples];
        final long[] waits = new long[samples];
        final long[] wholes = new long[samples];
        for (int i = 0; i < samples; i++) {
            calls[i] = launchedNs[i] - begunNs[i];
            waits[i] = seenNs[i] - launchedNs[i];
            wholes[i] = seenNs[i] - begunNs[i];
        }
        final Quantiles whole = Quantiles.withoutStalls(wholes);
        return new Result(Quantiles.withoutStalls(calls), Quantiles.withoutStalls(waits), whole, wholes[0], wholes[samples - 1],
            samples - whole.samples(), (double) Math.max(0, bytes) / samples);
    }

    private void launch(
        final int count, final long graph, final long[] begunNs, final long[] launchedNs, final long[] seenNs) {
        final long stream = rig.compute();
        for (int i = 0; i < count; i++) {
            final int value = ++sequence;
            begunNs[i] = System.nanoTime();
            if (graph == 0) {
                rig.spin(stream, 0);
            } else {
                rig.modules().launchGraph(graph, stream);
            }
            rig.writeWord(stream, value);
            launchedNs[i] = System.nanoTime();
            rig.awaitWord(stream, value);
            seenNs[i] = System.nanoTime();
        }
    }
}
