// SPDX-License-Identifier: Apache-2.0
/**
 * Sets that run, in real time or simulated: {@code run}, {@code simulate}, and what both share, such as the files that they leave.
 *
 * <p>Comes in: a task-set file. Leaves: a table, complaints while it runs, a folder of results, and an exit status that says whether all
 * was good.
 */
package org.tactus.cli.run;
