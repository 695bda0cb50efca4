// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.util.List;

/** What JMX shows of a run, under {@code org.tactus:type=Run,name=SET,run=N}. No thread of the run does anything for
 * a reader, but what is read is allocated in its heap. */
public interface RunMXBean {
    /**
     * Whether the run goes on.
     *
     * @return false when it has ended
     */
    boolean isRunning();

    /**
     * Until when the counters hold.
     *
     * @return nanoseconds since time zero
     */
    long getAtNs();

    /**
     * Events that the counters lack.
     *
     * @return a count
     */
    long getDroppedEvents();

    /**
     * All tasks that are or were there.
     *
     * @return a line each
     */
    List<RunBean.TaskLine> getTasks();

    /**
     * All devices.
     *
     * @return a line each
     */
    List<RunBean.DeviceLine> getDevices();
}
