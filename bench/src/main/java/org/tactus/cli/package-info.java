// SPDX-License-Identifier: Apache-2.0
/**
 * The command line {@code tactus}: where it begins, and the demo, which goes through several rooms. The commands, one class each
 * ({@code ...Command}), are in the rooms below, by subject.
 *
 * <p>Comes in: words of a shell. Leaves: text on standard output, one line on standard error for what is wrong, files, and an exit status.
 * It imports no experiment and no benchmark: those register themselves as {@link org.tactus.cli.CommandSource}s.
 */
package org.tactus.cli;
