// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.List;
import org.tactus.internal.kernel.KernelListener;

/** Keeps errors of tasks and losses of devices as words, such as {@code lost tpu0}; the monitor writes the list. */
record HeardFailures(List<String> heard) implements KernelListener {
    @Override
    public void onError(final String task, final Throwable cause) {
        heard.add("error " + task + " " + cause.getMessage());
    }

    @Override
    public void onDeviceLost(final String device) {
        heard.add("lost " + device);
    }
}
