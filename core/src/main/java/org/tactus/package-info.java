// SPDX-License-Identifier: Apache-2.0
/**
 * The front door: what a program needs to run a task set, and nothing else.
 *
 * <p>Comes in: a {@link org.tactus.model.TaskSet} and a {@link org.tactus.work.Workload}, in a {@link org.tactus.Tactus.Context}. Leaves: a
 * running set, and a {@link org.tactus.result.RunResult} that sets measured responses beside their bounds. A program may use
 * {@code org.tactus}, {@code .work}, {@code .model}, {@code .supply}, {@code .format}, {@code .analysis} and {@code .result}; what lies
 * under {@code org.tactus.internal} may change in every release, and no exported signature names it.
 */
package org.tactus;
