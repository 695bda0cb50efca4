package org.tactus.internal.event;

/** Takes events that were drained from a ring. */
@FunctionalInterface
public interface EventHandler {
    /** Takes no notice. */
    EventHandler NONE = (type, timeNs, device, task, segment, job, argument) -> {
    };

    /**
     * Takes one event.
     *
     * @param type     one of {@link EventType}
     * @param timeNs   nanoseconds of the run's clock
     * @param device   index of the device
     * @param task     index of the task, or -1
     * @param segment  index of the segment in its task
     * @param job      number of the job, or -1
     * @param argument depends on the type
     */
    void onEvent(int type, long timeNs, int device, int task, int segment, long job, long argument);
}
