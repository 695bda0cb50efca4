// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/** The largest sizes that the kernel's tables hold. A set that exceeds one of them is refused when it is built. */
public final class Limits {
    /** Most tasks of a set that is analysed. */
    public static final int MAX_TASKS = 1 << 14;
    /** Most tasks of a set that is run or simulated, also over admissions at run time. */
    public static final int MAX_RUNNING_TASKS = 4096;
    /** Most segments of one task. */
    public static final int MAX_SEGMENTS_PER_TASK = 1024;
    /** Most segments of a set. */
    public static final int MAX_SEGMENTS = 1 << 16;
    /** Most devices of a platform. */
    public static final int MAX_DEVICES = 64;
    /** Longest time that a set may name, nanoseconds: about 146 years, so that sums of two never overflow. */
    public static final long MAX_TIME_NS = Long.MAX_VALUE / 2;

    private Limits() {
    }
}
