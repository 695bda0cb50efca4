// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import org.tactus.internal.device.SegmentHook;
import org.tactus.internal.device.SegmentWork;

/**
 * A segment of a network on a GPU: copies in, the computation, copies out, in the device's stream. The runtime queues the computation
 * itself; on a software GPU the host computes, beside a kernel that takes the time of the whole segment.
 */
final class CudaNetworkWork implements CudaWork {
    private final CudaDevice device;
    private final SegmentWork network;
    /** Null where its memory is not scheduled. */
    private final TaskHolding memory;
    private final int segment;
    private final CudaCopies in;
    private final CudaCopies out;
    /** Null where the runtime queues the computation. */
    private final HostCompute host;
    private final SegmentHook before;
    private final SegmentHook after;
    private long queued;

    CudaNetworkWork(
        final CudaDevice device, final SegmentWork network, final TaskHolding memory, final int segment, final CudaCopies in,
        final CudaCopies out, final HostCompute host, final SegmentHook before, final SegmentHook after) {
        this.device = device;
        this.network = network;
        this.memory = memory;
        this.segment = segment;
        this.in = in;
        this.out = out;
        this.host = host;
        this.before = before;
        this.after = after;
    }

    @Override
    public void launch(final long stream, final long job) {
        if (memory != null) {
            memory.requireResident(segment); // an access to what is out would break the device, or the process
        }
        queued = job;
        before.run(job);
        if (host == null) {
            in.in(stream);
            queue(job);
            out.out(stream);
            return;
        }
        host.forkFrom(this, stream);
        device.spin(network.modelledNs(job));
        in.in(host.side());
        host.call(job);
        out.out(host.side());
        host.joinTo(stream);
    }

    @Override
    public void bringIn() {
        if (memory != null) {
            device.networks().makeCurrent();
            memory.bringIn(segment, device.networks().copies());
        }
    }

    private void queue(final long job) {
        try {
            network.run(job);
        } catch (final RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The computation alone; on the thread that the driver calls the host's functions on. */
    void compute(final long job) throws Exception {
        network.run(job);
    }

    @Override
    public Throwable end() {
        final Throwable broken = host == null ? null : host.failure();
        if (broken != null) {
            return broken;
        }
        try {
            after.run(queued);
            return null;
        } catch (final Throwable e) { // an error of the program's code that reads outputs stops its task alone
            return e;
        }
    }

    @Override
    public long modelledNs(final long job) {
        return network.modelledNs(job);
    }

    @Override
    public void terminate() {
        network.terminate();
    }

    @Override
    public void close() {
        network.close();
    }
}
