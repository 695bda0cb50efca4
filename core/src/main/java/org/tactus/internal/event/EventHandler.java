// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

/** Takes events that were drained from a ring. */
@FunctionalInterface
public interface EventHandler {
    /** Ignores every event. */
    EventHandler NONE = (type, timeNs, device, task, segment, job, argument) -> {
    };

    /**
     * Takes one event.
     *
     * @param type        one of {@link EventType}
     * @param timeNs      nanoseconds of the run's clock
     * @param deviceIndex index of the device
     * @param slot        the task's slot, or -1
     * @param segment     index of the segment in its task
     * @param job         number of the job, or -1
     * @param argument    depends on the type
     */
    void onEvent(int type, long timeNs, int deviceIndex, int slot, int segment, long job, long argument);

    /**
     * Takes one event with the generation of its task: slots are used again, and an event may be late. Rings call this
     * one; a handler that does not need the generation leaves it as it is.
     *
     * @param type        one of {@link EventType}
     * @param timeNs      nanoseconds of the run's clock
     * @param deviceIndex index of the device
     * @param slot        the task's slot, or -1
     * @param generation  which admission the task is, from 1; 0 when there is no task
     * @param segment     index of the segment in its task
     * @param job         number of the job, or -1
     * @param argument    depends on the type
     */
    default void onTaskEvent(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int generation, final int segment, final long job,
        final long argument) {
        onEvent(type, timeNs, deviceIndex, slot, segment, job, argument);
    }
}
