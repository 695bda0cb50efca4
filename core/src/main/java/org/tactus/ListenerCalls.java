// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import org.tactus.internal.kernel.KernelListener;

/** Passes what the monitor sees on to the program's listener. */
record ListenerCalls(TactusListener listener) implements KernelListener {
    @Override
    public void onDeadlineMiss(final String task, final long job, final long lateNs) {
        listener.onDeadlineMiss(task, job, lateNs);
    }

    @Override
    public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
        listener.onOverrun(task, segment, beyondNs);
    }

    @Override
    public void onError(final String task, final Throwable cause) {
        listener.onError(task, cause);
    }

    @Override
    public void onDeviceLost(final String device) {
        listener.onDeviceLost(device);
    }
}
