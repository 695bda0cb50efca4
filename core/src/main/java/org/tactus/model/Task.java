package org.tactus.model;

import java.util.List;
import java.util.Optional;

/**
 * A recurrent chain of segments with a hard deadline.
 *
 * <p>Response, bound and deadline count from the nominal release, so they include release jitter. Jobs of one task run one
 * after the other.
 *
 * @param name       unique, {@code [A-Za-z0-9_.-]{1,64}}
 * @param periodNs   least distance of nominal releases, nanoseconds
 * @param deadlineNs relative deadline, at most the period, nanoseconds
 * @param offsetNs   first nominal release of a periodic task, nanoseconds
 * @param jitterNs   largest delay from the nominal release to the request of the first segment, nanoseconds
 * @param release    how jobs come into being
 * @param priority   1 is the highest; {@link #NO_PRIORITY} ranks below all given ones
 * @param onOverrun  what happens when a segment runs past its WCET
 * @param onBacklog  what happens to a release while the previous job is unfinished
 * @param memory     what it occupies in an accelerator's memory; empty when that is not scheduled
 * @param model      its network; empty for a chain that only takes time
 * @param segments   at least one, in order of execution
 */
public record Task(
    String name, long periodNs, long deadlineNs, long offsetNs, long jitterNs, Release release, int priority,
    OverrunAction onOverrun, BacklogAction onBacklog, Optional<TaskMemory> memory, Optional<ModelSource> model,
    List<Segment> segments) {
    /** No priority was given: the deadline, then the file order, decides among such tasks. */
    public static final int NO_PRIORITY = Integer.MAX_VALUE;

    /** Copies the list. */
    public Task {
        segments = List.copyOf(segments);
    }
}
