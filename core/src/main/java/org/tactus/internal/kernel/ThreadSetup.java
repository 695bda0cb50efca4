// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;

/** Sets the calling thread up as far as the machine permits: its cores, real-time scheduling, exact timers. */
@FunctionalInterface
public interface ThreadSetup {
    /** Leaves the thread as it is. */
    ThreadSetup NONE = (role, cores) -> "as started";

    /**
     * Sets up the calling thread.
     *
     * @param role  {@code dispatcher} or {@code monitor}, for what differs
     * @param cores cores that it shall run on; empty for any
     * @return what was granted and what was not, in one line
     */
    String apply(String role, List<Integer> cores);
}
