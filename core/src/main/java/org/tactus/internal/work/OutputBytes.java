// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.network.SegmentChain;

/** What a network answered, to be compared bit by bit with what another run of it answered. */
final class OutputBytes {
    private static final long MOST_KEPT_BYTES = 16 << 20;

    private OutputBytes() {
    }

    /** The bytes of a network's outputs by name, in its order; of an output of more than 16 MiB their SHA-256. */
    static Map<String, byte[]> of(final SegmentChain model) {
        return model.outputs().stream().collect(Collectors.toMap(TensorInfo::name, info -> content(model.tensor(info.name())),
            (one, other) -> other, LinkedHashMap::new));
    }

    /** A tensor's bytes; of one that the heap should not hold a digest, which answers whether two are equal as well. */
    private static byte[] content(final MemorySegment tensor) {
        if (tensor.byteSize() <= MOST_KEPT_BYTES) {
            return tensor.toArray(ValueLayout.JAVA_BYTE);
        }
        try {
            final MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (long at = 0; at < tensor.byteSize(); at += MOST_KEPT_BYTES) {
                digest.update(tensor.asSlice(at, Math.min(MOST_KEPT_BYTES, tensor.byteSize() - at)).asByteBuffer());
            }
            return digest.digest();
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
