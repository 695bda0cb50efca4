package org.tactus.model;

/**
 * What the machine adds to every job. All are worst cases in nanoseconds, measured by {@code tactus calibrate} or declared.
 *
 * <p>How the analyses charge them is stated in {@link Task} and in {@code org.tactus.analysis}: the release jitter adds to
 * each task's own; every segment costs dispatch + completion more; a segment whose predecessor ran on another device costs
 * a hand-off more, and so does the last segment of a chain that does not end on the device that it began on.
 *
 * @param releaseJitterNs from a nominal release until the dispatcher has seen it
 * @param dispatchNs      from a decision until the segment runs
 * @param handOffNs       from the end of a segment on one device until another device's dispatcher has seen the job
 * @param completionNs    from the end of a segment until the dispatcher has recorded it
 * @param stallNs         allowance for platform stalls: the most that the machine takes away within one response; usually 0
 */
public record Overheads(long releaseJitterNs, long dispatchNs, long handOffNs, long completionNs, long stallNs) {
    /** A machine that adds nothing. */
    public static final Overheads NONE = new Overheads(0, 0, 0, 0, 0);
}
