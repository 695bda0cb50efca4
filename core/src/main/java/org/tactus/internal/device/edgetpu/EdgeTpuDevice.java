// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.edgetpu;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.TfLiteFile;
import org.tactus.bindings.edgetpu.compiled.TfLiteOperators;
import org.tactus.bindings.linux.PreciseWait;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.StringConstants;
import org.tactus.internal.time.Clock;

/**
 * An Edge TPU through libedgetpu. An invocation blocks its caller, and the library lets one invocation run at a time in the order of a
 * mutex, so one dispatcher owns the device and invokes on its own thread: the order is the policy's. A helper thread with a completion
 * word would add two wake-ups to every segment and gain nothing, because a segment is not preempted: what arrives meanwhile is taken in
 * before the next choice, as on a CPU device. A call that does not return is the monitor's to see, by the dispatcher's start word. The
 * processor is free while the thread waits for the device. Where the library runs in a child process, the thread sleeps until the child
 * answers, and the child computes on the same cores at the same level, so it competes for nothing that an invocation here would not.
 *
 * <p>A segment without a network takes its modelled time.
 */
public final class EdgeTpuDevice implements Device {
    private final EdgeTpuHost host;
    private final String name;
    private final Clock clock;
    private final CpuDevice thread;
    private final Map<Long, String> compilations = new LinkedHashMap<>();
    private final Map<String, String> leftToTheCpu = new LinkedHashMap<>();
    private long timedNs;
    private boolean timed;

    /**
     * Takes a device.
     *
     * @param host  where its library runs; closed with the device
     * @param name  what the set calls it
     * @param clock tells when an invocation ended
     */
    EdgeTpuDevice(final EdgeTpuHost host, final String name, final Clock clock) {
        this.host = host;
        this.name = name;
        this.clock = clock;
        this.thread = new CpuDevice(clock, host.driver());
    }

    /**
     * Makes an interpreter whose compiled part runs here. Called by the control thread.
     *
     * @param path  what errors call the model
     * @param model the bytes of a {@code *_edgetpu.tflite} file
     * @return the interpreter, which the caller closes before the device
     * @throws NativeCallException when the device or a library refuses
     */
    public Interpreter interpreter(final String path, final byte[] model) {
        for (final EdgePackage content : TfLiteFile.read(model).packages()) {
            compilations.putIfAbsent(content.token(), path);
        }
        final String left = TfLiteOperators.read(ByteBuffer.wrap(model)).leftToTheCpu();
        if (!left.isEmpty()) {
            leftToTheCpu.put(path, left);
        }
        return host.interpreter(model);
    }

    /**
     * Says which models here the compiler left to the processor in part; that part is in the time of their segments, and the device
     * waits meanwhile.
     *
     * @return one sentence a model
     */
    public List<String> leftToTheCpu() {
        return leftToTheCpu.entrySet().stream().map(entry -> "of " + entry.getKey() + ' ' + entry.getValue()
            + ", in the time of its segment, while the device waits").toList();
    }

    /**
     * Says whether the models here evict each other: the driver keeps parameters of one compilation only.
     *
     * @return one sentence; empty when all were compiled together
     */
    public Optional<String> evictions() {
        return compilations.size() < 2 && !compilations.containsKey(0L) ? Optional.empty()
            : Optional.of("its models are of " + compilations.size() + " compilations (" + String.join(", ", compilations.values())
                + "), so each switch between them brings all parameters again; compile them by one command, or have the time in the WCETs");
    }

    @Override
    public void start(final SegmentWork work, final long job, final long startNs) {
        timed = work instanceof TimedWork;
        if (timed) {
            timedNs = work.modelledNs(job);
            for (long leftNs = timedNs; leftNs > 0; leftNs = startNs + timedNs - clock.nanoTime()) {
                PreciseWait.step(leftNs, Long.MAX_VALUE);
            }
        } else {
            thread.start(work, job, startNs);
        }
    }

    @Override
    public void rehearse() {
        StringConstants.make(EdgeTpuDevice.class);
        host.rehearse();
    }

    @Override
    public int poll(final long nowNs) {
        return timed ? DONE : thread.poll(nowNs);
    }

    @Override
    public long elapsedNs(final long startNs, final long observedNs) {
        return timed ? timedNs : thread.elapsedNs(startNs, observedNs);
    }

    @Override
    public Throwable failure() {
        return thread.failure();
    }

    @Override
    public boolean isSynchronous() {
        return true;
    }

    @Override
    public boolean isLost() {
        return host.isLost();
    }

    @Override
    public void abandon() {
        host.abandon();
    }

    @Override
    public String driver() {
        return host.driver();
    }

    @Override
    public void close() {
        try {
            host.close();
        } catch (final IllegalStateException e) {
            throw new IllegalStateException("device '" + name + "' cannot be closed: " + e.getMessage(), e);
        }
    }
}
