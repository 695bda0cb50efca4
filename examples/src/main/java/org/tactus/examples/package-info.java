// SPDX-License-Identifier: Apache-2.0
/**
 * Programs that embed Tactus, one file each, in the order in which a newcomer reads them.
 *
 * <p>Comes in: the public rooms of {@code org.tactus} only. Leaves: a table on standard output; the tests run every program.
 */
package org.tactus.examples;
