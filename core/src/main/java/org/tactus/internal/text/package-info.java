// SPDX-License-Identifier: Apache-2.0
/**
 * Text that people and terminals read: tables, lines of CSV, foreign words without what a terminal would obey, and the word that a person
 * probably meant.
 *
 * <p>Comes in: words and numbers. Leaves: lines. Nothing of scheduling is known here.
 */
package org.tactus.internal.text;
