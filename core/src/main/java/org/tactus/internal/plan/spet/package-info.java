// SPDX-License-Identifier: Apache-2.0
/**
 * SPET: how much of an Edge TPU's parameter memory each network gets, and into how many segments it is cut.
 *
 * <p>Comes in: a task set whose tasks have menus, each option with its memory and its segments' WCETs, measured or computed from a
 * network's blocks. Leaves: a choice for every task that {@code seg-fp} or {@code seg-edf} accepts, the commands that make the stock
 * compiler realise it, and, from the compiler's log, whether what was realised is still schedulable. Formulas and proofs are in
 * {@code docs/proofs/spet.md}.
 *
 * <p>The choice is an {@link org.tactus.internal.plan.spet.IntegerProgram}, solved behind the interface
 * {@link org.tactus.internal.plan.spet.IntegerSolver}: planning is offline, so an embedding program does not carry a solver.
 */
package org.tactus.internal.plan.spet;
