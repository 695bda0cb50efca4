// SPDX-License-Identifier: Apache-2.0
/**
 * A second machine: a link over Aeron, the peer that serves offers ({@code tactus serve-offers}), and the benchmark that breaks the way
 * between the two ({@code tactus bench cloud-edge}). Core knows none of this: it finds the link by the service loader, or does without.
 */
package org.tactus.bench.cloud;
