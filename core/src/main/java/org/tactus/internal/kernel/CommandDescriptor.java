// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/**
 * A command to a dispatcher, a message of its ring buffer. Written by the control or the monitor thread; committing the
 * message publishes everything that its writer wrote before, so an admitted task's records are visible.
 * <pre>
 *   message type: ADMIT, TOUCH, FORGET, STOP, QUIESCE, ABANDON or LOST
 *   0        4        8        16
 *  +--------+--------+--------+
 *  |task    |genera- |time ns |
 *  |        |tion    |        |
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
    /** Release no further job of a task whose home is here but what was due by the time given; a live one goes on. */
    static final int QUIESCE = 5;
    /** A task with a segment here has a lost device: it no longer keeps this dispatcher awake, and whoever sends it here wakes it. */
    static final int ABANDON = 6;
    /** The device was declared lost; of no task. */
    static final int LOST = 7;

    static final int TASK_OFFSET = 0;
    /** Which admission the task is: a command that comes late is for no other task of the slot. */
    static final int GENERATION_OFFSET = 4;
    /** Of ADMIT the first nominal release, of QUIESCE the end of the run. */
    static final int TIME_OFFSET = 8;
    static final int LENGTH = 16;

    private CommandDescriptor() {
    }
}
