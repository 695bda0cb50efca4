// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.List;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.device.SegmentHook;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.CompletionWord;
import org.tactus.internal.network.Transfer;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.Durations;

/** Copies tensors out of a GPU's memory, on a stream of its own, and spins until they are there. */
final class CudaFetch implements SegmentHook {
    private final CudaNetworks gpu;
    private final CudaCopies copies;
    private final Undo made = new Undo();
    private final long stream;
    private final CompletionWord word;
    private volatile boolean cancelled;

    CudaFetch(final CudaNetworks gpu, final List<Transfer> transfers) {
        this.gpu = gpu;
        final CudaStreams streams = gpu.driver().streams();
        copies = new CudaCopies(streams, transfers);
        gpu.makeCurrent();
        try {
            stream = streams.create(0);
            made.add(() -> streams.destroy(stream));
            word = new CompletionWord(gpu.driver());
            made.add(word::close);
        } catch (final RuntimeException e) {
            made.run(e);
            throw e;
        }
    }

    @Override
    public void run(final long job) {
        fetch(Long.MAX_VALUE);
    }

    /** Fetches, and throws when that has not ended in a time. */
    void fetch(final long patienceNs) {
        final long beginNs = Clock.SYSTEM.nanoTime();
        gpu.makeCurrent(); // the dispatcher of a processor, which may fetch from several GPUs
        copies.out(stream);
        word.signal(stream, Clock.SYSTEM.nanoTime());
        while (!word.hasCome(Clock.SYSTEM.nanoTime())) {
            if (cancelled) {
                throw new IllegalStateException("the copy of a tensor to the host was cancelled");
            }
            if (Clock.SYSTEM.nanoTime() - beginNs > patienceNs) {
                throw new IllegalStateException("the copy of a tensor to the host has not ended in " + Durations.format(patienceNs));
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        made.add(gpu::makeCurrent);
        made.run(); // what a broken context refuses to free is freed with it
    }
}
