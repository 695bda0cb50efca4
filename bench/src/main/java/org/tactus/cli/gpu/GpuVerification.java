// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.format.MachineName;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.time.Durations;

/** Runs every check on a GPU. An error of the driver ends one check, which then has failed, and the next one begins. */
public final class GpuVerification {
    private final CudaGpu gpu;
    private final Scale scale;
    private final List<GpuCheck> checks;

    /**
     * Prepares a verification.
     *
     * @param gpu       the GPU
     * @param scale     how much of it
     * @param networks  the check of networks
     * @param caseStudy the last check
     */
    GpuVerification(final CudaGpu gpu, final Scale scale, final NetworkCheck networks, final CaseStudyCheck caseStudy) {
        this(gpu, scale, List.of(new CapabilityCheck(), new KernelCheck(), networks, new SwapIntegrityCheck(), new LatencyCheck(),
            new ChunkCostCheck.Calls(), new ChunkCostCheck.Copies(), new SwapThroughputCheck(), caseStudy));
    }

    /**
     * Prepares the verification of a driver's GPU.
     *
     * @param driver        the driver
     * @param index         which GPU, one that the driver has
     * @param quick         whether little of everything will do
     * @param caseStudy     task set of the case study
     * @param capacityBytes its capacity instead of the file's
     * @param out           folder for the case study's files
     * @return the verification
     */
    public static GpuVerification of(
        final GpuDriver driver, final int index, final boolean quick, final Path caseStudy, final OptionalLong capacityBytes,
        final Path out) {
        final Scale scale = quick ? Scale.quick() : driver.isSoftware() ? Scale.software() : Scale.full();
        return new GpuVerification(driver.gpus().get(index), scale, new NetworkCheck(driver.isSoftware()), new CaseStudyCheck(
            caseStudy, driver.isSoftware(), index, quick && driver.isSoftware(), capacityBytes, out.resolve("case-study")));
    }

    GpuVerification(final CudaGpu gpu, final Scale scale, final List<GpuCheck> checks) {
        this.gpu = gpu;
        this.scale = scale;
        this.checks = checks;
    }

    /**
     * Runs the checks, on the calling thread, which must be a platform thread.
     *
     * @param progress told in words what begins
     * @return what was found
     */
    public GpuReport run(final Consumer<String> progress) {
        final long beginNs = System.nanoTime();
        final Map<String, String> facts = new LinkedHashMap<>();
        facts.put("gpu", gpu.name());
        facts.put("driver", gpu.driver().toString());
        facts.put("machine", MachineName.current());
        facts.put("measuredAt", OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
        final List<Section> sections = new ArrayList<>();
        for (final GpuCheck check : checks) {
            progress.accept(check.name());
            sections.add(run(check));
        }
        facts.put("took", Durations.format(System.nanoTime() - beginNs));
        return new GpuReport(facts, sections);
    }

    private Section run(final GpuCheck check) {
        final Section[] found = new Section[1];
        try (GpuRig rig = new GpuRig(gpu)) {
            found[0] = check.run(rig, scale);
        } catch (final NativeCallException | IllegalStateException e) {
            // What was found before a later call failed is not a success.
            return new Section(check.name(), Section.Outcome.FAILED, e.getMessage(), List.of(), List.of(), "");
        }
        return found[0];
    }
}
