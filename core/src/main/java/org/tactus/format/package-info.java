// SPDX-License-Identifier: Apache-2.0
/**
 * The files that people and programs exchange with Tactus: task sets, measured WCETs beside them, and calibrations.
 *
 * <p>Comes in: paths, and records to be written. Leaves: records of {@code org.tactus.model}, built by
 * {@link org.tactus.model.TaskSetBuilder}, and the measurements of this package. A wrong file leaves as one
 * {@link org.tactus.format.FileFormatException} whose message is the line {@code FILE:LINE: what is wrong, what would be right};
 * nothing of that file is used. Opens no device and asks no analysis.
 */
package org.tactus.format;
