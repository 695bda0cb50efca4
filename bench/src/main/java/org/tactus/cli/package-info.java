/**
 * The command line.
 *
 * <p>Comes in: words and files. Leaves: tables, files and an exit status: 0 good, 1 the answer is no, 2 wrong input.
 */
package org.tactus.cli;
