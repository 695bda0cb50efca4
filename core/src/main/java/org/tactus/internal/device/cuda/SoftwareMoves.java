// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.List;
import java.util.Optional;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Residency;

/**
 * What moves take at most on a software GPU, by the costs of its model: the one source for the device, whose copies it paces, and for who
 * writes a set for it. Let a be the calls that map a chunk, k its copy, u the call that unmaps it, s the time until the dispatcher sees
 * that a copy has ended, and t the copies of one segment's own tensors on the same engine. Then a load of n chunks takes at most
 * (a + u + s + t) + n (a + k + s), whatever executes beside it ({@code docs/proofs/swapping.md}, "What a chunk is charged"). What the
 * machine takes from the threads comes on top. All times in nanoseconds. Immutable; any thread.
 */
public final class SoftwareMoves {
    /** Until the dispatcher has looked: it sleeps for 20 us at a time beside a move, and its thread takes some time to wake. */
    public static final long LOOK_NS = 100_000;
    /** How much longer a copy may take than its bytes do, as a share. */
    private static final double VARIATION = 0.05;
    /** A copy takes at most this share of what the set says of a chunk, so that on a busy machine the slack grows with the charge. */
    private static final double MOST_SHARE = 0.8;
    /** And at least this share, also where the charge is so short that the calls alone are longer than what is left. */
    private static final double LEAST_SHARE = 0.4;
    private static final long MAX_GRANULARITY = 2 << 20;
    private static final long MIN_GRANULARITY = 4096;
    private static final double NS_PER_SECOND = 1e9;

    private final DeviceMemory memory;
    private final SoftwareSettings settings;
    private final long looksNs;
    private final long mapNs;
    private final long unmapNs;

    private SoftwareMoves(final DeviceMemory memory, final SoftwareSettings card) {
        this.memory = memory;
        final long chunks = memory.capacityBytes() / memory.chunkBytes();
        looksNs = LOOK_NS * (1 + card.traits().notReadyAnswers());
        mapNs = card.mapNs() + card.accessNs() + 2 * card.traits().mappedChunkNs() * chunks;
        unmapNs = card.unmapNs() + card.traits().mappedChunkNs() * chunks;
        final long granularity = Math.clamp(Long.lowestOneBit(memory.chunkBytes()), MIN_GRANULARITY, MAX_GRANULARITY);
        final SoftwareSettings sized = card.withMemory(2 * memory.capacityBytes(), granularity).withVariation(VARIATION, 1)
            .withDuplexShare(1); // a set has one time for a chunk, whatever the other direction does
        settings = memory.chunkInNs() == memory.chunkReadNs() || memory.chunkOutNs() == 0 ? sized
            : sized.withBandwidth(bandwidth(memory.chunkInNs() - memory.chunkReadNs(), mapNs), bandwidth(memory.chunkOutNs(), unmapNs));
    }

    /**
     * Finds them for a device.
     *
     * @param memory what the set says
     * @return what moves take at most there
     */
    public static SoftwareMoves of(final DeviceMemory memory) {
        return new SoftwareMoves(memory, SoftwareSettings.PCIE4);
    }

    /** The bandwidth at which a chunk is moved within its charge, its calls and the look at its end included. */
    private long bandwidth(final long chargeNs, final long callsNs) {
        final double bytesNs = (chargeNs - callsNs - looksNs) / (1 + VARIATION) - SoftwareSettings.PCIE4.copyNs() - 2; // both are rounded
        return Math.max(1,
            (long) (memory.chunkBytes() / Math.clamp(bytesNs, LEAST_SHARE * chargeNs, MOST_SHARE * chargeNs) * NS_PER_SECOND));
    }

    /**
     * The software GPU that keeps these times, with a little more memory than the set schedules.
     *
     * @return its settings
     */
    SoftwareSettings settings() {
        return settings;
    }

    private long copyNs(final long bytes, final long bytesPerSecond) {
        return (long) Math.ceil((settings.copyNs() + bytes * NS_PER_SECOND / bytesPerSecond) * (1 + VARIATION));
    }

    /**
     * The longest time of one chunk in.
     *
     * @return the least {@code chunkIn} that holds, besides what is read from a file
     */
    public long chunkInNs() {
        return mapNs + copyNs(memory.chunkBytes(), settings.inBytesPerSecond()) + looksNs;
    }

    /**
     * The longest time of one chunk that is copied out.
     *
     * @return the least {@code chunkOut} that holds
     */
    public long chunkOutNs() {
        return copyNs(memory.chunkBytes(), settings.outBytesPerSecond()) + looksNs + unmapNs;
    }

    /**
     * The longest time of one chunk that is dropped while the dispatcher sleeps between two looks.
     *
     * @return the least {@code chunkDrop} that holds
     */
    public long chunkDropNs() {
        return unmapNs + looksNs;
    }

    /**
     * The longest time of a load beyond its chunks.
     *
     * @param tensors bytes of each tensor that one segment copies in
     * @return the least {@code swapInOverhead} that holds beside that segment
     */
    public long swapInOverheadNs(final List<Long> tensors) {
        return mapNs + unmapNs + looksNs + tensorsNs(tensors, settings.inBytesPerSecond());
    }

    /**
     * The longest time of an eviction beyond its chunks.
     *
     * @param tensors bytes of each tensor that one segment copies out
     * @return the least {@code swapOutOverhead} that holds beside that segment
     */
    public long swapOutOverheadNs(final List<Long> tensors) {
        return unmapNs + looksNs + tensorsNs(tensors, settings.outBytesPerSecond());
    }

    private long tensorsNs(final List<Long> tensors, final long bytesPerSecond) {
        return tensors.stream().mapToLong(bytes -> copyNs(bytes, bytesPerSecond)).sum();
    }

    /**
     * Holds what the set says of an operation against the copies of one segment, which the operation may wait for.
     *
     * @param task whose segment
     * @param in   bytes of each tensor that it copies in
     * @param out  bytes of each tensor that it copies out
     * @return what is too little and what would hold, in one line; empty when nothing is
     */
    Optional<String> shortfall(final String task, final List<Long> in, final List<Long> out) {
        final boolean evictionsCopy = memory.residency() == Residency.COPY_ALL;
        return tensorsNs(in, settings.inBytesPerSecond()) > memory.swapInOverheadNs()
            ? Optional.of(text("load", task, in, "swapInOverhead", memory.swapInOverheadNs(), swapInOverheadNs(in)))
            : evictionsCopy && tensorsNs(out, settings.outBytesPerSecond()) > memory.swapOutOverheadNs()
            ? Optional.of(text("eviction", task, out, "swapOutOverhead", memory.swapOutOverheadNs(), swapOutOverheadNs(out)))
            : Optional.empty();
    }

    private static String text(
        final String move, final String task, final List<Long> tensors, final String key, final long saysNs, final long holdsNs) {
        return "a " + move + " beside a job of " + task + " waits for the copies of the job's tensors ("
            + Sizes.format(tensors.stream().mapToLong(bytes -> bytes).sum()) + "), which take longer than the " + Durations.format(saysNs)
            + " of " + key + "; write " + Durations.format(holdsNs) + " or more";
    }
}
