// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/** How jobs of a task come into being. */
public enum Release {
    /** At offset, offset + period, and so on, by a timer. */
    PERIODIC,
    /** On a caller's request, at least a period after the last accepted one. */
    SPORADIC
}
