// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.util.Arrays;

/** A stream's commands in order, guarded by the driver's monitor. The first one may be under way on an engine. */
final class SoftwareStream {
    private static final int CAPACITY = 1024;

    final int priority;
    private final long[] commands = new long[CAPACITY * CommandDescriptor.WORDS];
    /** By command, the launch of a kernel that the driver interprets; null of others. */
    private final PtxCommand[] launches = new PtxCommand[CAPACITY];
    /** What is recorded instead of queued; null while nothing is. */
    long[] capture;
    PtxCommand[] capturedLaunches;
    int captured;
    /** True while the first command is on an engine. */
    boolean busy;
    /** True when it was destroyed and goes when it is empty. */
    boolean doomed;
    /** When the last finished command ended, on the model's clock. */
    long timeNs = Long.MIN_VALUE;
    private int head;
    private int count;

    SoftwareStream(final int priority) {
        this.priority = priority;
    }

    boolean isFull() {
        return capture == null && count == CAPACITY;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Adds a command, which there is room for. */
    void add(
        final long op, final long nowNs, final long a, final long b, final long c, final long d, final long e, final PtxCommand launch) {
        final long[] target;
        final int at;
        if (capture != null) {
            if ((captured + 1) * CommandDescriptor.WORDS > capture.length) {
                capture = Arrays.copyOf(capture, 2 * capture.length);
                capturedLaunches = Arrays.copyOf(capturedLaunches, 2 * capturedLaunches.length);
            }
            capturedLaunches[captured] = launch;
            target = capture;
            at = captured++ * CommandDescriptor.WORDS;
        } else {
            launches[(head + count) % CAPACITY] = launch;
            target = commands;
            at = (head + count++) % CAPACITY * CommandDescriptor.WORDS;
        }
        target[at] = op;
        target[at + CommandDescriptor.QUEUED] = nowNs;
        target[at + CommandDescriptor.ARGUMENT] = a;
        target[at + CommandDescriptor.ARGUMENT + 1] = b;
        target[at + CommandDescriptor.ARGUMENT + 2] = c;
        target[at + CommandDescriptor.ARGUMENT + 3] = d;
        target[at + CommandDescriptor.ARGUMENT + 4] = e;
    }

    /** A word of the first command. */
    long first(final int word) {
        return commands[head * CommandDescriptor.WORDS + word];
    }

    /** An argument of the first command. */
    long argument(final int index) {
        return first(CommandDescriptor.ARGUMENT + index);
    }

    /** The launch of the first command, where the driver interprets its kernel. */
    PtxCommand launch() {
        return launches[head];
    }

    /** When the first command could begin as far as this stream is concerned. */
    long readyNs() {
        return Math.max(timeNs, first(CommandDescriptor.QUEUED));
    }

    /** The first command is over. */
    void pop(final long endNs) {
        launches[head] = null;
        head = (head + 1) % CAPACITY;
        count--;
        timeNs = endNs;
        busy = false;
    }

    /** Everything queued is dropped. */
    void clear() {
        Arrays.fill(launches, null);
        count = 0;
        busy = false;
    }
}
