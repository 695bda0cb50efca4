package org.tactus.kernel;

/** Stands for a task's job slot in a hand-over queue, so that a hand-over allocates nothing. One a slot, made at start. */
final class JobToken {
    final int task;

    JobToken(final int task) {
        this.task = task;
    }
}
