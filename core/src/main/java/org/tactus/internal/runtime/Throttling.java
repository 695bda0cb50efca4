// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.policy.BestEffortPace;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Finds the dispatchers that may be busy for longer in a second than Linux lets SCHED_FIFO threads run before it stops them. */
final class Throttling {
    /** A thread that stays below the system's share by this much is not warned of, since its other work takes less. */
    private static final double MARGIN = 0.02;
    /**
     * What a look at a device between two sleeps costs its core, wake-up and the system's part included. A dispatcher that watched a
     * modelled device for 90 % of the time, 20 us a sleep, was seen to be busy for 37 % on a loaded machine of two cores.
     */
    private static final double POLL_NS = 15_000;

    private Throttling() {
    }

    /**
     * Warns of threads.
     *
     * @param set       what they dispatch
     * @param options   how they idle
     * @param runtimeUs microseconds of a second that the system leaves to real-time threads; negative without a limit
     * @return one sentence a thread, by a key with the name of its first device
     */
    static List<String> warnings(final TaskSet set, final KernelOptions options, final long runtimeUs) {
        final List<String> warnings = new ArrayList<>();
        final Platform platform = set.platform();
        final BitSet told = new BitSet();
        for (int device = 0; runtimeUs >= 0 && device < platform.devices().size(); device++) {
            if (told.get(device)) {
                continue;
            }
            final BitSet thread = options.shareAccelerators() && !isProcessor(platform, device)
                ? accelerators(platform) : platform.sharingThread(device);
            told.or(thread);
            final double share = share(set, options, thread);
            if (share > runtimeUs / 1_000_000.0 - MARGIN) {
                final DeviceSpec spec = platform.devices().get(device);
                warnings.add(String.format(Locale.ROOT, "%s: its dispatcher may be busy for %.0f %% of a second,"
                    + " segments, the spinning before each release and looks at devices counted, and the system stops real-time threads at"
                    + " %.0f %%; set kernel.sched_rt_runtime_us to -1", spec.name(), 100 * share, runtimeUs / 10_000.0));
            }
        }
        return warnings;
    }

    private static boolean isProcessor(final Platform platform, final int device) {
        final DeviceKind kind = platform.devices().get(device).kind();
        return kind == DeviceKind.CPU || kind == DeviceKind.EDGETPU;
    }

    private static BitSet accelerators(final Platform platform) {
        final BitSet all = new BitSet();
        for (int i = 0; i < platform.devices().size(); i++) {
            all.set(i, !isProcessor(platform, i));
        }
        return all;
    }

    /**
     * The most of a second that a thread is busy, at most 1: it computes the segments of CPU devices, best-effort ones only up to nine
     * tenths; it spins before each release of a periodic task whose home is here; and it looks at an accelerator of its own while that
     * executes, or may move chunks. For all else it is woken.
     */
    static double share(final TaskSet set, final KernelOptions options, final BitSet devices) {
        // The threads of a preemptive device neither spin nor look: they sleep until a release or until they are woken.
        final boolean sleeps = devices.stream().allMatch(device -> set.platform().devices().get(device).isPreemptive());
        if (options.idle() == KernelOptions.Idle.SPIN && !sleeps) {
            return 1;
        }
        double computing = 0;
        double bestEffort = 0;
        double spinning = 0;
        double watching = 0;
        for (final Task task : set.tasks()) {
            if (task.segments().stream().noneMatch(segment -> devices.get(segment.device()))) {
                continue;
            }
            final double period = task.periodNs();
            for (final Segment segment : task.segments()) {
                final DeviceSpec device = set.platform().devices().get(segment.device());
                final double share = task.isAlwaysReady() ? 1 : segment.wcetNs() / period;
                if (devices.get(segment.device())) {
                    computing += device.kind() == DeviceKind.CPU && !task.isBestEffort() ? share : 0;
                    bestEffort += device.kind() == DeviceKind.CPU && task.isBestEffort() ? share : 0;
                    watching += device.kind() == DeviceKind.CPU ? 0 : device.memory().isPresent() ? 1 : share;
                }
            }
            final boolean home = devices.get(task.segments().getFirst().device());
            spinning += home && !sleeps && task.release() == Release.PERIODIC ? options.spinBeforeNs() / period : 0;
        }
        final double pollShare = POLL_NS / (POLL_NS + options.pollNs());
        final double promised = Math.min(1, computing + spinning);
        final double busy = Math.max(promised, Math.min(BestEffortPace.MOST_AWAKE, promised + bestEffort));
        return busy + (1 - busy) * Math.min(1, watching) * pollShare; // it looks only when it does nothing else
    }
}
