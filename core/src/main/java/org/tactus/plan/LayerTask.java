package org.tactus.plan;

/**
 * A chain of layers that may each run on one of two devices. Arrays are read, never written, after construction.
 *
 * @param name       unique among the tasks
 * @param periodNs   least distance of releases, nanoseconds
 * @param deadlineNs relative deadline, nanoseconds
 * @param gpuNs      cost of each layer on the GPU, nanoseconds
 * @param cpuNs      cost of each layer on the CPU, nanoseconds
 * @param toCpuNs    cost of bringing layer j's output to the CPU, quantisation included; paid by layer j + 1 where it runs
 * @param toGpuNs    cost of bringing layer j's output to the GPU, dequantisation included; paid by layer j + 1 where it runs
 * @param loss       accuracy lost by running layer j on the CPU, in any unit
 */
public record LayerTask(
    String name, long periodNs, long deadlineNs, long[] gpuNs, long[] cpuNs, long[] toCpuNs, long[] toGpuNs, double[] loss) {

    /** Checks that every layer has all its costs. */
    public LayerTask {
        final int layers = gpuNs.length;
        if (cpuNs.length != layers || toCpuNs.length != layers || toGpuNs.length != layers || loss.length != layers || layers == 0) {
            throw new IllegalArgumentException("task '" + name + "' has " + layers + " GPU costs; give as many CPU costs ("
                + cpuNs.length + "), transfers (" + toCpuNs.length + ", " + toGpuNs.length + ") and losses (" + loss.length + ")");
        }
    }

    /**
     * The number of layers.
     *
     * @return at least 1
     */
    public int layers() {
        return gpuNs.length;
    }

    /**
     * Cost of a layer where it runs, the transfer of its input included.
     *
     * @param layer its index
     * @param onCpu where each layer runs
     * @return nanoseconds
     */
    public long costNs(final int layer, final boolean[] onCpu) {
        long cost = onCpu[layer] ? cpuNs[layer] : gpuNs[layer];
        if (layer > 0 && onCpu[layer] != onCpu[layer - 1]) {
            cost += onCpu[layer] ? toCpuNs[layer - 1] : toGpuNs[layer - 1];
        }
        return cost;
    }

    /**
     * Mean of the task's utilisations with all layers on the one and on the other device, without transfers.
     *
     * @return 1 is all of a device's time
     */
    public double meanUtilisation() {
        double sum = 0;
        for (int j = 0; j < layers(); j++) {
            sum += gpuNs[j] + cpuNs[j];
        }
        return sum / 2 / periodNs;
    }
}
