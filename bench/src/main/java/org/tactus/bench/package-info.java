// SPDX-License-Identifier: Apache-2.0
/**
 * What measures the product and repeats the papers' experiments: commands that register with the command line.
 *
 * <p>Comes in: options of {@code tactus bench} and {@code tactus experiment}. Leaves: figures, CSV and charts. The
 * product does not need it.
 */
package org.tactus.bench;
