// SPDX-License-Identifier: Apache-2.0
/**
 * Segments of ONNX networks as kernels of our own: a compiler turns a segment's graph into PTX text and a list of launches over addresses
 * that are filled in once, so that a GPU computes it with nothing but its driver. In comes a graph of fixed shapes in 32-bit floating
 * point, out goes text; nothing here calls a driver.
 *
 * <p>Each kernel is written for one shape: extents, strides and paddings are constants in its text, and its arguments are addresses only.
 * Layers of equal shape share one. All sums are taken in an order that the shape decides, so a network answers the same bits in every run.
 */
package org.tactus.internal.ptx;
