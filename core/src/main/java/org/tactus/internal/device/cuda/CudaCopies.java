// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.List;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.network.Transfer;

/** A fixed list of copies between a GPU's memory and the host's, which can be queued for every job. Queueing allocates nothing. */
final class CudaCopies {
    private final CudaStreams streams;
    private final long[] from;
    private final long[] to;
    private final long[] bytes;

    CudaCopies(final CudaStreams streams, final List<Transfer> transfers) {
        this.streams = streams;
        from = transfers.stream().mapToLong(Transfer::fromAddress).toArray();
        to = transfers.stream().mapToLong(Transfer::toAddress).toArray();
        bytes = transfers.stream().mapToLong(Transfer::bytes).toArray();
    }

    /** Queues all copies, from the host to the GPU. */
    void in(final long stream) {
        for (int i = 0; i < bytes.length; i++) {
            streams.copyIn(to[i], from[i], bytes[i], stream);
        }
    }

    /** Queues all copies, from the GPU to the host. */
    void out(final long stream) {
        for (int i = 0; i < bytes.length; i++) {
            streams.copyOut(to[i], from[i], bytes[i], stream);
        }
    }
}
