// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/** The way in which jobs of a task are released. */
public enum Release {
    /** At offset, offset + period, and so on, by a timer. */
    PERIODIC,
    /** On a caller's request, at least a period after the last accepted one. */
    SPORADIC,
    /** The first at the offset, each next one when the job before it has ended: of a best-effort task without a period. */
    AT_COMPLETION
}
