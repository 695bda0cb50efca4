// SPDX-License-Identifier: Apache-2.0
/**
 * A process of our own that a foreign library runs in, so that a library that aborts, corrupts its memory or hangs costs one device and not
 * the program.
 *
 * <p>Comes in: what to load there, as bytes. Leaves: interpreters whose tensors lie in memory that both processes have mapped, a word to
 * request a computation by and a word that answers, and the knowledge that the child has ended.
 */
package org.tactus.internal.child;
