// SPDX-License-Identifier: Apache-2.0
/**
 * Tables and JSON for people and programs, made of what the product answers.
 *
 * <p>Comes in: verdicts, plans, results, counters. Leaves: text of at most the terminal's width. Knows no command.
 */
package org.tactus.cli.text;
