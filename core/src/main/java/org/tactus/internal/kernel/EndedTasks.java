// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.concurrent.ConcurrentHashMap;
import org.tactus.internal.event.PackedHistogram;

/**
 * Keeps, by generation, the names and counts of tasks that are gone and whose slots may be used again. The control thread writes it before
 * it frees a slot; the control thread reads it, and the monitor, to which an event of such a task may come late. A task takes about a
 * kilobyte for the rest of the run, since its histogram is kept compressed.
 */
final class EndedTasks {
    private final ConcurrentHashMap<Integer, Ended> byGeneration = new ConcurrentHashMap<>();

    /** A task that is gone. */
    private record Ended(String name, Throwable error, TaskReport report, PackedHistogram responses) {
    }

    /** Keeps a task's name, why it broke if it did, and its counts. */
    void keep(final int generation, final String name, final Throwable error, final TaskReport report) {
        byGeneration.put(generation, new Ended(name, error, report.withResponses(null), PackedHistogram.of(report.responses())));
    }

    boolean contains(final int generation) {
        return byGeneration.containsKey(generation);
    }

    /** Name of a task; where it was never kept, a name made of its generation. */
    String name(final int generation) {
        final Ended ended = byGeneration.get(generation);
        return ended == null ? "task " + generation : ended.name;
    }

    /** Why a task broke, or null. */
    Throwable error(final int generation) {
        final Ended ended = byGeneration.get(generation);
        return ended == null ? null : ended.error;
    }

    /** Jobs of a task that were completed. */
    long completed(final int generation) {
        final Ended ended = byGeneration.get(generation);
        return ended == null ? 0 : ended.report.completed();
    }

    /** Counts of a task that was kept. */
    TaskReport report(final int generation) {
        final Ended ended = byGeneration.get(generation);
        if (ended == null) {
            throw new IllegalArgumentException("no task was admitted as number " + generation);
        }
        return ended.report.withResponses(ended.responses.unpacked());
    }
}
