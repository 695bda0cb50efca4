// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/**
 * A command to a dispatcher: a message in its ring buffer. The control thread or the monitor writes it; committing the message publishes
 * everything that its writer wrote before, so the dispatcher sees the records of an admitted task.
 * <pre>
 *   message type: ADMIT, TOUCH, FORGET, STOP, QUIESCE, LOST, MAKE_ROOM or RETURNED
 *   0        4        8        16       20
 *  +--------+--------+--------+--------+
 *  |task    |genera- |time ns |together|
 *  |        |tion    |        |        |
 *  +--------+--------+--------+--------+
 * </pre>
 */
final class CommandDescriptor {
    /** Admit a task whose home is this device. */
    static final int ADMIT = 1;
    /** A task with a segment on this device, whose home is another device, is about to be admitted. */
    static final int TOUCH = 2;
    /** A task with a segment on this device is gone. */
    static final int FORGET = 3;
    /** Stop a task whose home is this device. */
    static final int STOP = 4;
    /** Release what is due by the given time of a task whose home is this device, and nothing more; a live job goes on. */
    static final int QUIESCE = 5;
    /** The device was declared lost; the command names no task. */
    static final int LOST = 6;
    /** A task is about to join the device, whose memory is scheduled: make room for what never leaves of it. */
    static final int MAKE_ROOM = 7;
    /** What a task that was forgotten has left has been freed; holds whatever task has the slot by then, since it names the bytes. */
    static final int RETURNED = 8;

    static final int TASK_OFFSET = 0;
    /** Generation of the task, so that a late command does not reach a later task of the slot. */
    static final int GENERATION_OFFSET = 4;
    /**
     * Of ADMIT the first nominal release, of QUIESCE the end of the run; of MAKE_ROOM the chunks that are then handed over to the control
     * thread, of RETURNED the bytes.
     */
    static final int TIME_OFFSET = 8;
    /** Of ADMIT and TOUCH, how many tasks are added to this device by the call that this one is added by, itself included. */
    static final int TOGETHER_OFFSET = 16;
    static final int LENGTH = 20;

    private CommandDescriptor() {
    }
}
