// SPDX-License-Identifier: Apache-2.0
/**
 * Tactus beside what people use in its place: an urgent and a heavy network on one core, released by a clock that waits for nobody (open
 * loop), and hand-overs between threads. Every variant runs in a process of its own, the variants take turns, and every figure of a
 * report is a median over rounds with its range.
 *
 * <p>Comes in: nothing but this machine. Leaves: tables, and {@code bench/results/MACHINE.md} and {@code .json}.
 */
package org.tactus.bench.peers;
