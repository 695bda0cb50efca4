// SPDX-License-Identifier: Apache-2.0
/**
 * A process of our own that a foreign library runs in, so that a library that aborts, corrupts its memory or hangs costs one device and not
 * the program.
 *
 * <p>Comes in: what to load there, as bytes. Leaves: interpreters whose tensors lie in memory that both processes have mapped, and the
 * knowledge that the child has ended.
 *
 * <pre>
 *   parent                                      child
 *   control thread  -- commands: a pipe  -->    control thread: opens, loads, unloads
 *                   &lt;-- answers: a pipe --
 *   dispatcher      -- request: a word   -->    one thread a network: copies the inputs, invokes, copies the outputs
 *                   &lt;-- answer: a word  --
 *   supervisor      -- starts, waits for its end
 * </pre>
 */
package org.tactus.internal.child;
