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
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.linux.ChildSide;
import org.tactus.format.MachineName;
import org.tactus.internal.time.Durations;

/**
 * Runs every check on a GPU and gives a report after each of them, so that what was found is kept whatever comes next. An error ends one
 * check, which then has failed, and the next one begins.
 */
public final class GpuVerification {
    private final String gpu;
    private final String driver;
    private final List<GpuCheck> checks;
    private final SectionRunner runner;

    /**
     * What is verified, and how.
     *
     * @param driver        the driver's name, see {@link GpuDriver#open}
     * @param index         which GPU, one that the driver has
     * @param quick         whether little of everything will do
     * @param sections      names of the sections; empty for all
     * @param limitNs       how long a section may take, nanoseconds
     * @param caseStudy     task set of the case study
     * @param capacityBytes its capacity instead of the file's
     * @param out           folder for all files
     */
    public record Options(
        String driver, int index, boolean quick, List<String> sections, long limitNs, Path caseStudy, OptionalLong capacityBytes,
        Path out) {

        private List<GpuCheck> checks() {
            return GpuChecks.chosen(
                GpuChecks.all(driver.equals(GpuDriver.SOFTWARE), index, quick, caseStudy, capacityBytes, out), sections);
        }

        /** The command line of a section's process. */
        private List<String> words() {
            final List<String> words = new ArrayList<>(List.of("verify-gpu", "--in-process", "--driver", driver, "--index",
                String.valueOf(index), "--limit", limitNs + "ns"));
            capacityBytes.ifPresent(bytes -> words.addAll(List.of("--capacity", bytes + "B")));
            if (quick) {
                words.add("--quick");
            }
            return words;
        }
    }

    private GpuVerification(final CudaGpu gpu, final List<GpuCheck> checks, final SectionRunner runner) {
        this.gpu = gpu.name();
        this.driver = gpu.driver().toString();
        this.checks = checks;
        this.runner = runner;
    }

    GpuVerification(final CudaGpu gpu, final Scale scale, final List<GpuCheck> checks) {
        this(gpu, checks, new CallingThread(gpu, scale, Long.MAX_VALUE, System.err));
    }

    /**
     * Prepares a verification in this process.
     *
     * @param driver  open until the verification has ended
     * @param options what is verified
     * @return the verification
     * @throws IllegalArgumentException for a section that there is not
     */
    public static GpuVerification here(final GpuDriver driver, final Options options) {
        final CudaGpu gpu = driver.gpus().get(options.index());
        final Scale scale = options.quick() ? Scale.quick() : driver.isSoftware() ? Scale.software() : Scale.full();
        return new GpuVerification(gpu, options.checks(), new CallingThread(gpu, scale, options.limitNs(), System.err));
    }

    /**
     * Prepares a verification whose sections have a process each.
     *
     * @param driver  asked for the GPU's name; it may be closed then, and no context is made here
     * @param main    the command line's main class
     * @param options what is verified
     * @return the verification
     * @throws IllegalArgumentException for a section that there is not
     */
    public static GpuVerification inProcesses(final GpuDriver driver, final Class<?> main, final Options options) {
        return new GpuVerification(driver.gpus().get(options.index()), options.checks(),
            new ChildSections(main, options.words(), options.out(), options.limitNs()));
    }

    /** Lets the process of a section end with the one that started it. Called first by a process that may be such a one. */
    public static void endWithParent() {
        final String parent = System.getProperty(ChildSections.PARENT_PROPERTY);
        if (parent != null) {
            ChildSide.endWithParent();
            if (!ProcessHandle.current().parent().map(handle -> String.valueOf(handle.pid())).orElse("").equals(parent)) {
                Runtime.getRuntime().halt(0); // it had ended before the system knew what to do then
            }
        }
    }

    /**
     * Runs the checks, on the calling thread, which must be a platform thread.
     *
     * @param progress told in words what begins
     * @param written  given the report so far before the first and after each section
     * @return what was found
     */
    public GpuReport run(final Consumer<String> progress, final Consumer<GpuReport> written) {
        final long beginNs = System.nanoTime();
        final Map<String, String> facts = new LinkedHashMap<>();
        facts.put("gpu", gpu);
        facts.put("driver", driver);
        facts.put("machine", MachineName.current());
        facts.put("measuredAt", OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
        final List<Section> sections = new ArrayList<>();
        final List<String> missing = new ArrayList<>(checks.stream().map(GpuCheck::name).toList());
        for (final GpuCheck check : checks) {
            written.accept(new GpuReport(facts, sections, missing));
            progress.accept(check.name());
            final long sectionNs = System.nanoTime();
            sections.add(runner.run(check).took(System.nanoTime() - sectionNs));
            missing.removeFirst();
            facts.put("took", Durations.format(System.nanoTime() - beginNs));
        }
        final GpuReport report = new GpuReport(facts, sections, missing);
        written.accept(report);
        return report;
    }
}
