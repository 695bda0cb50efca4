// SPDX-License-Identifier: Apache-2.0
/**
 * Holds Tactus's way with networks against the world's: ONNX's operator tests, and lists of public networks. Each case runs in a child
 * process, so that one that brings its process down is counted and ends nothing else. Uses the product's own path, from the file to the
 * job.
 */
package org.tactus.bench.networks;
