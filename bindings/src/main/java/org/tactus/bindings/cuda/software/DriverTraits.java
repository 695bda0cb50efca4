// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.util.Map;
import java.util.Optional;

/**
 * What a real driver does that costs its caller time or trouble, beyond the costs of {@link SoftwareSettings}. Each can be switched on
 * alone, so that a test shows whether what is above the driver bears it. The amounts are of the order that NVIDIA's driver is reported to
 * have.
 *
 * @param mappedChunkNs   what mapping, setting access and unmapping take longer for each chunk that is mapped, nanoseconds
 * @param driverLock      whether a call that maps, sets access, unmaps, creates or releases keeps every call out that queues work
 * @param waitsForKernels whether unmapping and freeing wait until all kernels and copies that were queued are done
 * @param sticksToProcess whether an error of a kernel or of an address stays when the context is given back
 * @param stagedBytesPerSecond how fast a copy of host memory that is not pinned is staged, on the caller's time; 0 where it is as any other
 * @param notReadyAnswers how often an event that has happened is first told as not ready
 * @param firstLaunchNs   what the first launch of each kernel takes longer on the caller's time, nanoseconds
 * @param hiddenMemory    whether device memory is hidden from the host, as that of a real GPU is: an access of the host to one of its
 *                        addresses ends the process ({@link SoftwareCuda#onHost})
 */
public record DriverTraits(
    long mappedChunkNs, boolean driverLock, boolean waitsForKernels, boolean sticksToProcess, long stagedBytesPerSecond,
    int notReadyAnswers, long firstLaunchNs, boolean hiddenMemory) {
    /** Names traits of every software GPU of the process: {@code none}, {@code hidden-memory} or {@code real}, see {@link #REAL}. */
    public static final String PROPERTY = "tactus.software.traits";
    /** None of it. */
    public static final DriverTraits NONE = new DriverTraits(0, false, false, false, 0, 0, 0, false);
    /** All of it, but that unmapping waits for kernels, which NVIDIA says that it does not. */
    public static final DriverTraits REAL = new DriverTraits(20, true, false, true, 6_000_000_000L, 2, 2_000_000, true);
    private static final Map<String, DriverTraits> NAMED =
        Map.of("none", NONE, "hidden-memory", NONE.withHiddenMemory(), "real", REAL);

    /** What the property says; none where it says what is not known, to which there is an {@link #objection}. */
    static DriverTraits configured() {
        return NAMED.getOrDefault(System.getProperty(PROPERTY, "none"), NONE);
    }

    /**
     * What is wrong with the property, which would be ignored otherwise; {@link SoftwareCuda#open} refuses it.
     *
     * @return one line that says what may be written; empty where it names traits, or is not set
     */
    public static Optional<String> objection() {
        final String said = System.getProperty(PROPERTY, "none");
        return NAMED.containsKey(said) ? Optional.empty()
            : Optional.of("-D" + PROPERTY + "=" + said + ": there are no such traits; write none, hidden-memory or real");
    }

    /**
     * Lets calls cost more with every chunk that is mapped.
     *
     * @param ns nanoseconds a chunk
     * @return a copy
     */
    public DriverTraits withMappedChunkNs(final long ns) {
        return new DriverTraits(
            ns, driverLock, waitsForKernels, sticksToProcess, stagedBytesPerSecond, notReadyAnswers, firstLaunchNs, hiddenMemory);
    }

    /**
     * Lets calls on chunks keep those out that queue work.
     *
     * @return a copy
     */
    public DriverTraits withDriverLock() {
        return new DriverTraits(
            mappedChunkNs, true, waitsForKernels, sticksToProcess, stagedBytesPerSecond, notReadyAnswers, firstLaunchNs, hiddenMemory);
    }

    /**
     * Lets unmapping and freeing wait for kernels.
     *
     * @return a copy
     */
    public DriverTraits withWaitsForKernels() {
        return new DriverTraits(
            mappedChunkNs, driverLock, true, sticksToProcess, stagedBytesPerSecond, notReadyAnswers, firstLaunchNs, hiddenMemory);
    }

    /**
     * Lets errors outlive their context.
     *
     * @return a copy
     */
    public DriverTraits withStickyErrors() {
        return new DriverTraits(
            mappedChunkNs, driverLock, waitsForKernels, true, stagedBytesPerSecond, notReadyAnswers, firstLaunchNs, hiddenMemory);
    }

    /**
     * Lets copies of memory that is not pinned be staged.
     *
     * @param bytesPerSecond how fast
     * @return a copy
     */
    public DriverTraits withStaging(final long bytesPerSecond) {
        return new DriverTraits(
            mappedChunkNs, driverLock, waitsForKernels, sticksToProcess, bytesPerSecond, notReadyAnswers, firstLaunchNs, hiddenMemory);
    }

    /**
     * Lets events be told as not ready when they are.
     *
     * @param answers how often each
     * @return a copy
     */
    public DriverTraits withNotReady(final int answers) {
        return new DriverTraits(
            mappedChunkNs, driverLock, waitsForKernels, sticksToProcess, stagedBytesPerSecond, answers, firstLaunchNs, hiddenMemory);
    }

    /**
     * Lets the first launch of each kernel take longer.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public DriverTraits withFirstLaunchNs(final long ns) {
        return new DriverTraits(
            mappedChunkNs, driverLock, waitsForKernels, sticksToProcess, stagedBytesPerSecond, notReadyAnswers, ns, hiddenMemory);
    }

    /**
     * Hides device memory from the host.
     *
     * @return a copy
     */
    public DriverTraits withHiddenMemory() {
        return new DriverTraits(
            mappedChunkNs, driverLock, waitsForKernels, sticksToProcess, stagedBytesPerSecond, notReadyAnswers, firstLaunchNs, true);
    }
}
