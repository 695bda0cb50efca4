// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The time that one GPU adds to a segment and the cost of its chunks, measured by {@code tactus calibrate}. Costs are the largest over the
 * samples that no platform stall touched, with the other direction of the bus busy and kernels computing; usual ones are medians.
 *
 * @param gpu               the GPU's name
 * @param driver            which driver answered
 * @param chunkBytes        the size of chunk to choose: the least whose usual cost a byte is within a twentieth of the best one's
 * @param launch            calls that queue a segment and its completion
 * @param completion        from there until the dispatcher sees the end of a segment that does nothing
 * @param swapInOverheadNs  cost of a swap-in beyond its chunks, nanoseconds
 * @param swapOutOverheadNs cost of a swap-out beyond its chunks, nanoseconds
 * @param chunks            costs by size, the smallest first
 */
public record GpuCalibration(
    String gpu, String driver, long chunkBytes, Quantiles launch, Quantiles completion, long swapInOverheadNs, long swapOutOverheadNs,
    List<ChunkCost> chunks) {

    /**
     * What one chunk costs.
     *
     * @param chunkBytes its size
     * @param inNs       to map it, to copy it in and to see that, nanoseconds
     * @param outNs      to copy it out, to see that and to unmap it, nanoseconds
     * @param dropNs     to unmap it without a copy, nanoseconds
     * @param duplexInNs   inNs beside a chunk that goes out, with its calls on the same thread, nanoseconds; 0 where it was not measured
     * @param duplexOutNs  outNs beside a chunk that comes in, likewise
     * @param duplexDropNs dropNs beside a chunk that comes in, likewise
     * @param usualInNs  median of mapping and copying in, nanoseconds
     * @param usualOutNs median of copying out and unmapping, nanoseconds
     */
    public record ChunkCost(
        long chunkBytes, long inNs, long outNs, long dropNs, long duplexInNs, long duplexOutNs, long duplexDropNs, long usualInNs,
        long usualOutNs) {
        private static ChunkCost read(final YamlMap map) {
            return new ChunkCost(map.need("chunk", "'chunk: 32MiB'").sizeBytes(), map.need("in", "'in: 1ms'").durationNs(),
                map.need("out", "'out: 1ms'").durationNs(), map.need("drop", "'drop: 40us'").durationNs(),
                map.durationNs("duplexIn", 0), map.durationNs("duplexOut", 0), map.durationNs("duplexDrop", 0),
                map.need("usualIn", "'usualIn: 1ms'").durationNs(), map.need("usualOut", "'usualOut: 1ms'").durationNs());
        }

        private Map<String, Object> entries() {
            final Map<String, Object> entries = new LinkedHashMap<>();
            entries.put("chunk", chunkBytes + "B");
            entries.put("in", inNs + "ns");
            entries.put("out", outNs + "ns");
            entries.put("drop", dropNs + "ns");
            if (duplexInNs > 0) {
                entries.put("duplexIn", duplexInNs + "ns");
                entries.put("duplexOut", duplexOutNs + "ns");
                entries.put("duplexDrop", duplexDropNs + "ns");
            }
            entries.put("usualIn", usualInNs + "ns");
            entries.put("usualOut", usualOutNs + "ns");
            return entries;
        }
    }

    public GpuCalibration {
        chunks = List.copyOf(chunks);
    }

    static GpuCalibration read(final YamlValue value) {
        final YamlMap map = value.map(FileSection.CALIBRATED_GPU);
        final List<ChunkCost> chunks = new ArrayList<>();
        for (final YamlValue chunk : map.need("chunks", "the list 'chunks', or run: tactus calibrate").list()) {
            chunks.add(ChunkCost.read(chunk.map(FileSection.CALIBRATED_CHUNK)));
        }
        return new GpuCalibration(map.need("gpu", "the GPU's name").text(), map.need("driver", "the driver's name").text(),
            map.need("chunk", "'chunk: 32MiB'").sizeBytes(), Quantiles.read(map, "launch"), Quantiles.read(map, "completion"),
            map.durationNs("swapInOverhead", 0), map.durationNs("swapOutOverhead", 0), chunks);
    }

    Map<String, Object> entries() {
        final Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("gpu", gpu);
        entries.put("driver", driver);
        entries.put("chunk", chunkBytes + "B");
        entries.put("launch", launch.entries());
        entries.put("completion", completion.entries());
        entries.put("swapInOverhead", swapInOverheadNs + "ns");
        entries.put("swapOutOverhead", swapOutOverheadNs + "ns");
        entries.put("chunks", chunks.stream().map(ChunkCost::entries).toList());
        return entries;
    }
}
