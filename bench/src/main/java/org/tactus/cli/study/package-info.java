// SPDX-License-Identifier: Apache-2.0
/**
 * Case studies: one set of tasks run in several ways, side by side, with what each way must show.
 *
 * <p>Comes in: a task-set file. Leaves: a table, the files of each run, and whether everything that must hold did.
 */
package org.tactus.cli.study;
