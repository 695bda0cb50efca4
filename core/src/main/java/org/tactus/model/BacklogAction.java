// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/** The treatment of a release that comes while the task's previous job is unfinished. */
public enum BacklogAction {
    /** It waits; its deadline still counts from its nominal release. */
    QUEUE,
    /** It is dropped and counted as skipped. */
    DROP
}
