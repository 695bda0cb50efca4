// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.time.Durations;

/**
 * Runs sections on the calling thread, a platform thread. An error of the driver that stays with the context is gone with it before the
 * next section; one that stays with the process fails that one, too ({@link ChildSections} is for those).
 */
final class CallingThread implements SectionRunner {
    private static final int FRAMES = 12;

    private final CudaGpu gpu;
    private final Scale scale;
    private final long limitNs;
    private final PrintStream print;

    /**
     * Prepares.
     *
     * @param gpu     the GPU
     * @param scale   how much of everything
     * @param limitNs after which time a section's threads are printed, nanoseconds
     * @param print   takes them
     */
    CallingThread(final CudaGpu gpu, final Scale scale, final long limitNs, final PrintStream print) {
        this.gpu = gpu;
        this.scale = scale;
        this.limitNs = limitNs;
        this.print = print;
    }

    @Override
    public Section run(final GpuCheck check) {
        try (SectionWatchdog watchdog = new SectionWatchdog(check.name(), limitNs, print)) {
            final Section found = checked(check);
            return !watchdog.hasBarked() || found.outcome() == Section.Outcome.FAILED ? found
                : Section.failed(check.name(), "took longer than " + Durations.format(limitNs) + "; its threads were printed meanwhile",
                    found.text());
        }
    }

    private Section checked(final GpuCheck check) {
        final Section[] found = new Section[1];
        try (GpuRig rig = new GpuRig(gpu)) {
            found[0] = check.run(rig, scale);
        } catch (final Throwable e) { // whatever it is, the other sections are still worth their while
            // What was found before a later call failed is not a success.
            return Section.failed(check.name(), e.getMessage() == null ? e.toString() : e.getMessage(), e + System.lineSeparator()
                + Arrays.stream(e.getStackTrace()).limit(FRAMES).map(frame -> "  at " + frame + System.lineSeparator())
                    .collect(Collectors.joining()));
        }
        return found[0];
    }
}
