// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;

/**
 * One way to run a network on an Edge TPU: into how many segments it is cut, and what of each lies in the parameter memory.
 *
 * @param segments at least one, in order of execution
 */
public record MenuOption(List<Piece> segments) {

    /**
     * One segment of an option.
     *
     * @param residentBytes parameters that stay in the parameter memory, bytes
     * @param streamedBytes parameters that are sent at every invocation, bytes
     * @param wcetNs        worst-case time of an invocation, host transfers and streaming included, nanoseconds
     */
    public record Piece(long residentBytes, long streamedBytes, long wcetNs) {
        /**
         * Tells whether a part of the parameters is resident and a part is not.
         *
         * @return true when the compiler must be kept from taking more
         */
        public boolean isPartial() {
            return residentBytes > 0 && streamedBytes > 0;
        }
    }

    /** Copies the list and checks that there is a segment. */
    public MenuOption {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("an option without a segment; give at least one");
        }
    }

    /**
     * Parameter memory that the option takes.
     *
     * @return bytes
     */
    public long sramBytes() {
        long sum = 0;
        for (final Piece piece : segments) {
            sum += piece.residentBytes();
        }
        return sum;
    }

    /**
     * Time of one job.
     *
     * @param overheadNs what the machine adds to each segment, nanoseconds
     * @return nanoseconds
     */
    public long costNs(final long overheadNs) {
        long sum = 0;
        for (final Piece piece : segments) {
            sum += piece.wcetNs() + overheadNs;
        }
        return sum;
    }

    /**
     * The most that the option blocks others.
     *
     * @return WCET of the longest segment, nanoseconds
     */
    public long longestNs() {
        long most = 0;
        for (final Piece piece : segments) {
            most = Math.max(most, piece.wcetNs());
        }
        return most;
    }

    /**
     * What is left when the job can no longer be preempted.
     *
     * @return WCET of the last segment, nanoseconds
     */
    public long lastNs() {
        return segments.getLast().wcetNs();
    }

    /**
     * The number of segments of which a part is resident.
     *
     * @return at least 0
     */
    public int partials() {
        int count = 0;
        for (final Piece piece : segments) {
            count += piece.isPartial() ? 1 : 0;
        }
        return count;
    }
}
