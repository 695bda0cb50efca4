/**
 * Schedulability tests: how late can each job be?
 *
 * <p>Comes in: a {@link org.tactus.model.TaskSet} whose WCETs are all known. Leaves: a
 * {@link org.tactus.analysis.Verdict} with a response-time bound for each task, and on demand the terms of each bound and one
 * sentence for people. Nothing here knows a thread, a clock or a driver; every class is immutable or lives in one call, so any
 * number of threads may analyse at once.
 *
 * <p>What every test shares, and the proofs of what is ours, stand in {@code docs/proofs/schedulability.md}. In short:
 * <ul>
 *   <li>Times are {@code long} nanoseconds, read as points of dense time; sums saturate. Tasks are sporadic, offsets are
 *       ignored, deadlines are at most the period.</li>
 *   <li>A bound counts from the nominal release; it holds the release jitter (the task's own plus the machine's).</li>
 *   <li>A segment costs WCET + dispatch + completion, and a hand-off more where its predecessor ran on another device; the last
 *       segment of a chain that ends on another device than it began on costs a hand-off more again.</li>
 *   <li>What the platform takes is charged once to the window in which a response is examined, by its length.</li>
 *   <li>A fixed point that passes its limit, or that takes more steps than the guard allows, is "not bounded", never a
 *       number.</li>
 * </ul>
 */
package org.tactus.internal.analysis;

