package org.tactus.analysis;

/**
 * One addend of a response-time bound.
 *
 * @param kind  what it is
 * @param by    the task that causes it; empty for the task's own terms
 * @param where the device's name; empty where a term belongs to no single device
 * @param jobs  how many jobs or segments of {@code by} it counts, so that {@code ns} shrinks by at least {@code jobs} for each
 *              nanosecond that one of them shrinks; 1 for own terms
 * @param ns    how much it adds to the bound, nanoseconds; only {@link Kind#EARLIER_START} may be negative
 */
public record Term(Kind kind, String by, String where, long jobs, long ns) {

    /** What an addend of a bound is. */
    public enum Kind {
        /** The job's own execution. */
        OWN("own execution"),
        /** Dispatch, completion and hand-off of the job's own segments. */
        OVERHEAD("overheads"),
        /** From the nominal release to the request. */
        JITTER("release jitter"),
        /** What the platform takes from the window: stall curves and the fixed allowance. */
        STALL("platform stalls"),
        /** Work that ranks below the job and had started. */
        BLOCKING("blocking"),
        /** Work that ranks above the job. */
        INTERFERENCE("interference"),
        /** How long before the nominal release the examined window starts: negative, it takes off. */
        EARLIER_START("earlier start of the window"),
        /** Work that can be due before the job's deadline: all that fits, where no smaller bound was searched for. */
        DEMAND("work due before, at most"),
        /** Swapping on the job's own behalf. */
        SWAP("own swapping");

        private final String text;

        Kind(final String text) {
            this.text = text;
        }

        /**
         * The words that reports use.
         *
         * @return such as {@code release jitter}
         */
        public String text() {
            return text;
        }
    }

    /**
     * Makes a term of the job itself.
     *
     * @param kind what it is
     * @param ns   how much, nanoseconds
     * @return the term
     */
    public static Term own(final Kind kind, final long ns) {
        return new Term(kind, "", "", 1, ns);
    }
}
