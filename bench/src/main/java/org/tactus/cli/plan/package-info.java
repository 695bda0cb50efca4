// SPDX-License-Identifier: Apache-2.0
/**
 * What is said of a set before it runs: {@code init} writes one, {@code analyze} bounds it, {@code plan} chooses what it leaves open.
 *
 * <p>Comes in: a task-set file. Leaves: a verdict, or another task-set file. Other rooms take its options for priorities.
 */
package org.tactus.cli.plan;
