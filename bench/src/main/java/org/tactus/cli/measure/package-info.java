// SPDX-License-Identifier: Apache-2.0
/**
 * What this machine takes: {@code calibrate}, {@code profile}, {@code devices} and {@code verify-gpu}.
 *
 * <p>Comes in: a task-set file or none. Leaves: the files of the calibration and of WCETs, which the other commands read, and reports.
 */
package org.tactus.cli.measure;
