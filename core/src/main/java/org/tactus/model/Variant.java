// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * One way to run a segment.
 *
 * @param device    index into {@link Platform#devices()}
 * @param precision what it computes with
 * @param wcetNs    worst-case execution time, boundary costs not included, nanoseconds
 * @param loss      accuracy lost when this segment alone runs so, in percentage points
 * @param actual    what it really takes where time is modelled
 */
public record Variant(int device, Precision precision, long wcetNs, double loss, ActualTime actual) {
}
