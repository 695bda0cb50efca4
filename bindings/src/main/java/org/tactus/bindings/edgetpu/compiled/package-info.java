// SPDX-License-Identifier: Apache-2.0
/**
 * Files of the Edge TPU's compiler: compiled models ({@code *_edgetpu.tflite}) and the compiler's log, read and written.
 *
 * <p>Comes in: bytes and text from anywhere, damaged ones too. Leaves: what they say, as records, or a
 * {@link org.tactus.bindings.edgetpu.compiled.MalformedFileException} with one line that says where the file is wrong; no other
 * error, no endless loop, and no more memory than a small multiple of the file. The structures were read in public sources:
 * TensorFlow Lite's schema, libedgetpu's executable.fbs, FlexBuffers' documentation.
 */
package org.tactus.bindings.edgetpu.compiled;
