package org.tactus.internal.kernel;

/**
 * A command to a dispatcher, a message of its ring buffer. Written by the control or the monitor thread; committing the
 * message publishes everything that its writer wrote before, so an admitted task's records are visible.
 * <pre>
 *   message type: ADMIT, TOUCH, FORGET, STOP or QUIESCE
 *   0        4        8        16
 *  +--------+--------+--------+
 *  |task    |unused  |first   |
 *  |        |        |nominal |
 *  +--------+--------+--------+
 * </pre>
 */
final class CommandDescriptor {
    /** Take a task whose home is here. */
    static final int ADMIT = 1;
    /** A task with a segment here was admitted elsewhere. */
    static final int TOUCH = 2;
    /** A task with a segment here is gone. */
    static final int FORGET = 3;
    /** Stop a task whose home is here. */
    static final int STOP = 4;
    /** Release no further job of a task whose home is here; a live one goes on. */
    static final int QUIESCE = 5;

    static final int TASK_OFFSET = 0;
    static final int FIRST_NOMINAL_OFFSET = 8;
    static final int LENGTH = 16;

    private CommandDescriptor() {
    }
}
