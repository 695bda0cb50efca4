// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Objects;
import java.util.Optional;

/**
 * Memory of an accelerator as a scheduled resource.
 *
 * @param capacityBytes       bytes available to the tasks' objects
 * @param chunkBytes          bytes of one chunk, the unit of swapping
 * @param protocol            how swapping is scheduled
 * @param chunkInNs           worst-case time to bring one chunk in, nanoseconds; what is read from a file included
 * @param chunkOutNs          worst-case time to take one chunk out, nanoseconds
 * @param swapInOverheadNs    time of a swap-in beyond its chunks, nanoseconds
 * @param swapOutOverheadNs   time of a swap-out beyond its chunks, nanoseconds
 * @param residency           what is copied
 * @param chunkDropNs         worst-case time to drop one chunk of constants, nanoseconds; at most chunkOutNs
 * @param background          true to move chunks also while another job executes or none is there, where no bound suffers
 * @param chunkReadNs         of chunkInNs, worst-case time to read one chunk of constants from a file, nanoseconds; 0 without files
 * @param weightsFolder       where constants are kept in files, because the host's memory is scarce; empty where they are in that memory
 * @param duplex              what a chunk takes while another one moves the other way; empty where one chunk moves at a time
 */
public record DeviceMemory(
    long capacityBytes, long chunkBytes, SwapProtocol protocol, long chunkInNs, long chunkOutNs,
    long swapInOverheadNs, long swapOutOverheadNs, Residency residency, long chunkDropNs, boolean background,
    long chunkReadNs, Optional<String> weightsFolder, Optional<Duplex> duplex) {

    /** Nothing is null. */
    public DeviceMemory {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(residency, "residency");
        Objects.requireNonNull(weightsFolder, "weightsFolder");
        Objects.requireNonNull(duplex, "duplex");
    }

    /**
     * Worst-case times of one chunk while another one moves the other way, on a device that takes chunks out and brings others in at the
     * same time. The calls that the other direction makes on the dispatcher's thread are included.
     *
     * @param inNs   to bring one chunk in, nanoseconds; at least chunkInNs, what is read from a file included
     * @param outNs  to copy one chunk out, nanoseconds; at least chunkOutNs
     * @param dropNs to drop one chunk of constants, nanoseconds; from chunkDropNs to outNs
     */
    public record Duplex(long inNs, long outNs, long dropNs) {
    }

    /** Makes memory whose constants are kept in the host's; the parameters are the record's other components. */
    public DeviceMemory(
        final long capacityBytes, final long chunkBytes, final SwapProtocol protocol, final long chunkInNs, final long chunkOutNs,
        final long swapInOverheadNs, final long swapOutOverheadNs, final Residency residency, final long chunkDropNs,
        final boolean background) {
        this(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, residency, chunkDropNs,
            background, 0, Optional.empty(), Optional.empty());
    }

    /**
     * Makes memory with the default residency, background moves, and a drop that costs as much as a copy.
     *
     * @param capacityBytes     bytes available to the tasks' objects
     * @param chunkBytes        bytes of one chunk
     * @param protocol          how swapping is scheduled
     * @param chunkInNs         worst-case time to bring one chunk in, nanoseconds
     * @param chunkOutNs        worst-case time to take one chunk out, nanoseconds
     * @param swapInOverheadNs  time of a swap-in beyond its chunks, nanoseconds
     * @param swapOutOverheadNs time of a swap-out beyond its chunks, nanoseconds
     */
    public DeviceMemory(
        final long capacityBytes, final long chunkBytes, final SwapProtocol protocol, final long chunkInNs, final long chunkOutNs,
        final long swapInOverheadNs, final long swapOutOverheadNs) {
        this(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, Residency.SEMANTIC,
            chunkOutNs, true);
    }

    /**
     * Memory that is counted: all that the tasks have there must fit at once. The methods that begin with {@code with} add what swapping
     * needs:
     * <pre>
     * DeviceMemory.ofBytes(96L &lt;&lt; 20).withChunks(2 &lt;&lt; 20, 300_000, 300_000).withChunkDropNs(50_000)
     * </pre>
     *
     * @param capacityBytes bytes available to the tasks' objects
     * @return the memory
     */
    public static DeviceMemory ofBytes(final long capacityBytes) {
        return new DeviceMemory(capacityBytes, capacityBytes, SwapProtocol.SEQ, 0, 0, 0, 0);
    }

    /**
     * Lets tasks be swapped, in chunks; a drop costs as much as a copy until {@link #withChunkDropNs} says less, and chunks move one way
     * at a time until {@link #withDuplex} says what they take otherwise.
     *
     * @param bytes of one chunk
     * @param inNs  worst-case time to bring one chunk in from the host's memory, nanoseconds
     * @param outNs worst-case time to take one chunk out, nanoseconds
     * @return a copy
     */
    public DeviceMemory withChunks(final long bytes, final long inNs, final long outNs) {
        return new DeviceMemory(capacityBytes, bytes, protocol, inNs + chunkReadNs, outNs, swapInOverheadNs, swapOutOverheadNs, residency,
            outNs, background, chunkReadNs, weightsFolder, Optional.empty());
    }

    /**
     * Says what a swap costs beyond its chunks.
     *
     * @param inNs  of a swap-in, nanoseconds
     * @param outNs of a swap-out, nanoseconds
     * @return a copy
     */
    public DeviceMemory withSwapOverheadsNs(final long inNs, final long outNs) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, inNs, outNs, residency, chunkDropNs, background,
            chunkReadNs, weightsFolder, duplex);
    }

    /**
     * Says what dropping a chunk of constants costs.
     *
     * @param ns worst-case time, nanoseconds; at most that of taking one out
     * @return a copy
     */
    public DeviceMemory withChunkDropNs(final long ns) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, residency,
            ns, background, chunkReadNs, weightsFolder, duplex);
    }

    /**
     * Says whether chunks move beside executions.
     *
     * @param moves true to move chunks also while another job executes or none is there, where no bound suffers
     * @return a copy
     */
    public DeviceMemory withBackground(final boolean moves) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, residency,
            chunkDropNs, moves, chunkReadNs, weightsFolder, duplex);
    }

    /**
     * Tells whether chunks can be moved. Memory that is only counted is one chunk whose moves cost nothing.
     *
     * @return false when all that the tasks have here must fit at once
     */
    public boolean swaps() {
        return chunkBytes < capacityBytes || chunkInNs > 0 || chunkOutNs > 0 || swapInOverheadNs > 0 || swapOutOverheadNs > 0;
    }

    /**
     * Changes the capacity.
     *
     * @param bytes bytes available to the tasks' objects
     * @return a copy
     */
    public DeviceMemory withCapacityBytes(final long bytes) {
        return new DeviceMemory(bytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, residency,
            chunkDropNs, background, chunkReadNs, weightsFolder, duplex);
    }

    /**
     * Changes what is copied.
     *
     * @param how copied both ways, or by what the data means
     * @return a copy
     */
    public DeviceMemory withResidency(final Residency how) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, how,
            chunkDropNs, background, chunkReadNs, weightsFolder, duplex);
    }

    /**
     * Changes how swapping is scheduled.
     *
     * @param how the protocol
     * @return a copy
     */
    public DeviceMemory withProtocol(final SwapProtocol how) {
        return new DeviceMemory(capacityBytes, chunkBytes, how, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, residency,
            chunkDropNs, background, chunkReadNs, weightsFolder, duplex);
    }

    /**
     * Keeps constants in files.
     *
     * @param folder where
     * @param readNs worst-case time to read one chunk; bringing a chunk in takes so much longer
     * @return a copy
     */
    public DeviceMemory withWeightsIn(final String folder, final long readNs) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, chunkInNs - chunkReadNs + readNs, chunkOutNs, swapInOverheadNs,
            swapOutOverheadNs, residency, chunkDropNs, background, readNs, Optional.of(folder),
            duplex.map(both -> new Duplex(both.inNs - chunkReadNs + readNs, both.outNs, both.dropNs)));
    }

    /**
     * Takes chunks out and brings others in at the same time, under SEQ.
     *
     * @param both what a chunk takes meanwhile
     * @return a copy
     */
    public DeviceMemory withDuplex(final Duplex both) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, chunkInNs, chunkOutNs, swapInOverheadNs, swapOutOverheadNs, residency,
            chunkDropNs, background, chunkReadNs, weightsFolder, Optional.of(both));
    }

    /**
     * Tells whether chunks are taken out and others brought in at the same time.
     *
     * @return true under SEQ where it was said what a chunk takes meanwhile; the other protocols charge each chunk by itself
     */
    public boolean isDuplex() {
        return duplex.isPresent() && protocol == SwapProtocol.SEQ;
    }
}
