// SPDX-License-Identifier: Apache-2.0
/**
 * Verifies a GPU and what Tactus does on it: capabilities, kernels, swapping, costs, the case study; one text and one JSON file.
 *
 * <p>Comes in: a driver, NVIDIA's or the software one, and a scale. Leaves: a report that says which driver answered.
 */
package org.tactus.cli.gpu;
