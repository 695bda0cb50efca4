// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.agrona.collections.Int2ObjectHashMap;
import org.tactus.result.BoundsHeld;

/**
 * The bounds that held for each task of a run, and from when on; and how many of its jobs took longer than the bound that held for
 * them. A bound changes when another task is admitted: then it also holds for jobs that are live already. It can become smaller
 * only after an instant at which no job was live that could still feel the tasks that are gone. A job is held against the largest
 * bound that was in force from its nominal release to its end, so that an older, larger response is no violation.
 *
 * <p>Written by the control thread (bounds) and the monitor (jobs); each method is safe for any thread. Keeps at most
 * {@link #MOST_CHANGES} bounds a task, the oldest of them merged into one.
 */
public final class BoundHistory {
    /** Bounds that are kept of a task. */
    public static final int MOST_CHANGES = 256;

    /** By generation, without a boxed number a job. */
    private final Int2ObjectHashMap<OfTask> tasks = new Int2ObjectHashMap<>();

    private static final class OfTask {
        private final List<BoundsHeld.Held> bounds = new ArrayList<>();
        private long beyond;
    }

    /**
     * Begins the history of a task that is admitted.
     *
     * @param generation its generation
     * @param fromNs  before its first release
     * @param boundNs its bound
     */
    public synchronized void admitted(final int generation, final long fromNs, final OptionalLong boundNs) {
        final OfTask task = new OfTask();
        task.bounds.add(new BoundsHeld.Held(fromNs, boundNs));
        tasks.put(generation, task);
    }

    /**
     * Notes a bound that holds from now on.
     *
     * @param generation the task's generation
     * @param fromNs  now: not before the tasks that made the old bound larger had stopped counting
     * @param boundNs the bound
     */
    public synchronized void changed(final int generation, final long fromNs, final OptionalLong boundNs) {
        final OfTask task = tasks.get(generation);
        if (task == null || task.bounds.getLast().boundNs().equals(boundNs)) {
            return;
        }
        task.bounds.add(new BoundsHeld.Held(fromNs, boundNs));
        if (task.bounds.size() > MOST_CHANGES) {
            final BoundsHeld.Held first = task.bounds.removeFirst();
            final BoundsHeld.Held second = task.bounds.removeFirst();
            task.bounds.addFirst(new BoundsHeld.Held(first.fromNs(), larger(first.boundNs(), second.boundNs())));
        }
    }

    private static OptionalLong larger(final OptionalLong a, final OptionalLong b) {
        return a.isEmpty() || b.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.max(a.getAsLong(), b.getAsLong()));
    }

    /**
     * Holds a job that completed against the bounds.
     *
     * @param generation its task's generation
     * @param nominalNs its nominal release
     * @param endNs     its end
     */
    public synchronized void completed(final int generation, final long nominalNs, final long endNs) {
        final OfTask task = tasks.get(generation);
        if (task == null) {
            return;
        }
        long mostNs = 0;
        for (int i = task.bounds.size() - 1; i >= 0; i--) {
            final BoundsHeld.Held held = task.bounds.get(i);
            if (held.fromNs() <= endNs) {
                if (held.boundNs().isEmpty()) {
                    return;
                }
                mostNs = Math.max(mostNs, held.boundNs().getAsLong());
            }
            if (held.fromNs() <= nominalNs) {
                break;
            }
        }
        task.beyond += endNs - nominalNs > mostNs ? 1 : 0;
    }

    /**
     * What held for a task so far.
     *
     * @param generation its generation
     * @return a copy; without bounds when no such task was admitted
     */
    public synchronized BoundsHeld summary(final int generation) {
        final OfTask task = tasks.get(generation);
        return task == null ? new BoundsHeld(List.of(), 0) : new BoundsHeld(task.bounds, task.beyond);
    }
}
