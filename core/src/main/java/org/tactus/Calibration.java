package org.tactus;

import org.tactus.model.Overheads;

/**
 * What was measured of a machine's overheads.
 *
 * @param releaseJitter from a nominal release until the dispatcher saw it
 * @param dispatch      from the event that made a job ready until its segment ran
 * @param handOff       from the end of a segment until another dispatcher saw the job
 * @param completion    what a segment took beyond its own time until the dispatcher had seen its end
 * @param stalls        platform stalls that were detected; samples that one touched are left out
 * @param longestStallNs the longest of them, nanoseconds
 * @param durationNs    how long was measured, nanoseconds
 */
public record Calibration(
    Quantity releaseJitter, Quantity dispatch, Quantity handOff, Quantity completion, int stalls, long longestStallNs,
    long durationNs) {

    /**
     * One overhead.
     *
     * @param samples samples that no stall touched
     * @param p50Ns   median, nanoseconds
     * @param p99Ns   99th percentile, nanoseconds
     * @param p999Ns  99.9th percentile, nanoseconds
     * @param maxNs   maximum, nanoseconds: the value that bounds use
     */
    public record Quantity(int samples, long p50Ns, long p99Ns, long p999Ns, long maxNs) {
    }

    /**
     * The overheads that analyses charge: each quantity's maximum.
     *
     * @return without an allowance for stalls
     */
    public Overheads overheads() {
        return new Overheads(releaseJitter.maxNs(), dispatch.maxNs(), handOff.maxNs(), completion.maxNs(), 0);
    }
}
