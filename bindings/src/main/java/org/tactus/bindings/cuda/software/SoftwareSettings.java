// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.util.List;

/**
 * What the software GPU has and what things cost on it. The costs are a model: they do not come from what Linux takes for the same.
 *
 * @param memoryBytes       device memory
 * @param granularityBytes  unit of chunks and of their places, a power of two of at least 4 KiB
 * @param inBytesPerSecond  bandwidth from the host to the device
 * @param outBytesPerSecond bandwidth from the device to the host
 * @param duplexShare       share of the bandwidth that a copy has when it begins while the other direction is busy
 * @param copyNs            time of a copy beyond its bytes, nanoseconds
 * @param launchNs          time of a kernel or a graph beyond its work, nanoseconds
 * @param createNs          time that the caller spends to create or release a chunk, nanoseconds
 * @param mapNs             time that the caller spends to map a chunk, nanoseconds
 * @param accessNs          time that the caller spends to set access, nanoseconds a call
 * @param unmapNs           time that the caller spends to unmap, nanoseconds a call
 * @param variation         how much longer a copy or kernel may take, as a share drawn uniformly from 0 to this
 * @param seed              of the variation
 * @param priority          SCHED_FIFO priority of the thread that is the GPU; 0 for ordinary scheduling
 * @param cores             where that thread runs; empty for any core
 * @param traits            what a real driver does beyond these costs
 */
public record SoftwareSettings(
    long memoryBytes, long granularityBytes, long inBytesPerSecond, long outBytesPerSecond, double duplexShare, long copyNs,
    long launchNs, long createNs, long mapNs, long accessNs, long unmapNs, double variation, long seed, int priority,
    List<Integer> cores, DriverTraits traits) {
    /** Nothing costs time: for tests of what is computed. */
    public static final SoftwareSettings INSTANT = new SoftwareSettings(
        1L << 30, 1 << 16, Long.MAX_VALUE, Long.MAX_VALUE, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, List.of(), DriverTraits.configured());
    /** Costs of the order of a card on PCIe 4; measured ones of a real card differ. */
    public static final SoftwareSettings PCIE4 = new SoftwareSettings(
        24L << 30, 2 << 20, 25_000_000_000L, 25_000_000_000L, 0.5, 5_000, 3_000, 29_000, 2_000, 38_000, 34_000, 0.05, 1, 0, List.of(),
        DriverTraits.configured());

    /**
     * Changes how much memory there is.
     *
     * @param bytes       device memory
     * @param granularity unit of chunks and of their places, bytes
     * @return a copy
     */
    public SoftwareSettings withMemory(final long bytes, final long granularity) {
        return new SoftwareSettings(bytes, granularity, inBytesPerSecond, outBytesPerSecond, duplexShare, copyNs, launchNs, createNs,
            mapNs, accessNs, unmapNs, variation, seed, priority, cores, traits);
    }

    /**
     * Changes the bandwidths.
     *
     * @param in  from the host to the device, bytes a second
     * @param out from the device to the host, bytes a second
     * @return a copy
     */
    public SoftwareSettings withBandwidth(final long in, final long out) {
        return new SoftwareSettings(memoryBytes, granularityBytes, in, out, duplexShare, copyNs, launchNs, createNs, mapNs, accessNs,
            unmapNs, variation, seed, priority, cores, traits);
    }

    /**
     * Changes what a copy has of the bandwidth beside the other direction.
     *
     * @param share of the bandwidth; 1 where the directions do not share it
     * @return a copy
     */
    public SoftwareSettings withDuplexShare(final double share) {
        return new SoftwareSettings(memoryBytes, granularityBytes, inBytesPerSecond, outBytesPerSecond, share, copyNs, launchNs, createNs,
            mapNs, accessNs, unmapNs, variation, seed, priority, cores, traits);
    }

    /**
     * Changes the variation.
     *
     * @param share   how much longer a copy or kernel may take
     * @param newSeed of the variation
     * @return a copy
     */
    public SoftwareSettings withVariation(final double share, final long newSeed) {
        return new SoftwareSettings(memoryBytes, granularityBytes, inBytesPerSecond, outBytesPerSecond, duplexShare, copyNs, launchNs,
            createNs, mapNs, accessNs, unmapNs, share, newSeed, priority, cores, traits);
    }

    /**
     * Changes the priority of the GPU's thread.
     *
     * @param fifo SCHED_FIFO priority; 0 for ordinary scheduling
     * @return a copy
     */
    public SoftwareSettings withPriority(final int fifo) {
        return new SoftwareSettings(memoryBytes, granularityBytes, inBytesPerSecond, outBytesPerSecond, duplexShare, copyNs, launchNs,
            createNs, mapNs, accessNs, unmapNs, variation, seed, fifo, cores, traits);
    }

    /**
     * Changes where the GPU's thread runs.
     *
     * @param allowed numbers of cores; empty for any
     * @return a copy
     */
    public SoftwareSettings withCores(final List<Integer> allowed) {
        return new SoftwareSettings(memoryBytes, granularityBytes, inBytesPerSecond, outBytesPerSecond, duplexShare, copyNs, launchNs,
            createNs, mapNs, accessNs, unmapNs, variation, seed, priority, List.copyOf(allowed), traits);
    }

    /**
     * Changes what the driver does beyond its costs.
     *
     * @param of the traits
     * @return a copy
     */
    public SoftwareSettings withTraits(final DriverTraits of) {
        return new SoftwareSettings(memoryBytes, granularityBytes, inBytesPerSecond, outBytesPerSecond, duplexShare, copyNs, launchNs,
            createNs, mapNs, accessNs, unmapNs, variation, seed, priority, cores, of);
    }
}
