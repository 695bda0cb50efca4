// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.ParameterCache;
import org.tactus.bindings.linux.PreciseWait;

/**
 * The device: one invocation at a time, never preempted. {@link #run} holds the monitor while it waits, as the real driver holds its
 * mutex over an invocation; the other methods are for any thread.
 */
final class SoftwareTpu {
    /** An unplugged device is noticed after this long at the latest. */
    private static final long LONGEST_PARK_NS = 1_000_000;

    private final EdgeTpuCost cost;
    private final ParameterCache cache;
    private final boolean takesTime;
    private volatile boolean plugged = true;
    private volatile long busyNs;
    private volatile long invocations;

    SoftwareTpu(final SoftwareTpuSettings settings) {
        cost = new EdgeTpuCost(settings.link());
        cache = new ParameterCache(settings.sramBytes(), settings.reservedBytes());
        takesTime = settings.takesTime();
    }

    EdgeTpuCost cost() {
        return cost;
    }

    synchronized int add(final long token, final long cachedBytes) {
        return cache.add(token, cachedBytes);
    }

    /**
     * Runs the packages of an interpreter one after the other, after what the processor does of the network; null when it went well, else
     * what went wrong.
     */
    synchronized String run(final SoftwarePackage[] packages, final long hostNs, final double slowness, final long startNs) {
        long timeNs = hostNs;
        for (final SoftwarePackage each : packages) {
            final long uploaded = cache.submit(each.number());
            if (uploaded < 0) {
                return "cached parameters do not fit beside those of the other models of this token; the compiler would not have made this";
            }
            timeNs += cost.uploadNs(uploaded)
                + cost.invocationNs(each.toDeviceBytes(), each.toHostBytes(), (long) (each.executionNs() * slowness));
        }
        if (!await(startNs, timeNs)) {
            cache.forget();
            return "the USB device is gone";
        }
        busyNs += timeNs;
        invocations++;
        return null;
    }

    private boolean await(final long startNs, final long timeNs) {
        while (takesTime && plugged) {
            final long leftNs = startNs + timeNs - System.nanoTime();
            if (leftNs <= 0) {
                break;
            }
            PreciseWait.step(leftNs, LONGEST_PARK_NS);
        }
        return plugged;
    }

    boolean isPlugged() {
        return plugged;
    }

    void plug(final boolean in) {
        plugged = in;
    }

    long busyNs() {
        return busyNs;
    }

    long invocations() {
        return invocations;
    }

    synchronized long uploads() {
        return cache.uploads();
    }

    synchronized long evictions() {
        return cache.evictions();
    }

    synchronized long residentBytes() {
        return cache.residentBytes();
    }
}
