// SPDX-License-Identifier: Apache-2.0
/**
 * {@code plan --with spet}: menus of compiled models, the solver, and stand-ins for the compiler.
 *
 * <p>Comes in: a set with menus. Leaves: a planned set and the compiler's command that realises it.
 *
 * <p><b>The solver is OR-Tools' CP-SAT.</b> Its rows with a condition need no large constant, its arithmetic is exact in whole
 * nanoseconds, and with one worker and a limit of work it is deterministic. On the programs here, ten tasks with forty options each,
 * it needed tenths of a second where ojAlgo (2.7 MB, pure Java) took more than five seconds for the first, called an answer optimal
 * that is 19 percent worse, and ended with an exception on the second. Its native part is 26 MB, so it stands here and not in core:
 * core sees the interface {@link org.tactus.internal.plan.spet.IntegerSolver}, and an embedding program carries no solver unless it plans.
 */
package org.tactus.cli.spet;
