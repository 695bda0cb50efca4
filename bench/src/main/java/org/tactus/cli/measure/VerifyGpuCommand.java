// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.cli.gpu.GpuDriver;
import org.tactus.cli.gpu.GpuReport;
import org.tactus.cli.gpu.GpuVerification;
import org.tactus.cli.run.ResultFiles;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.SizeConverter;
import org.tactus.cli.text.Lines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus verify-gpu}: whether Tactus works on this machine's GPU, and what things cost on it. */
@Command(name = "verify-gpu", mixinStandardHelpOptions = true,
    description = "Checks kernels and swapping on a GPU, measures launches, chunks and copies, runs the case study; under five minutes. "
        + "Each section has a process of its own, and the report is written after each.")
public final class VerifyGpuCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Option(names = "--driver", paramLabel = "DRIVER", defaultValue = GpuDriver.LIBRARY,
        description = "libcuda or software (${DEFAULT-VALUE}).")
    private String driverName;
    @Option(names = "--index", paramLabel = "N", defaultValue = "0", description = "Which GPU, from 0 (${DEFAULT-VALUE}).")
    private int index;
    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out/verify-gpu",
        description = "Folder for the two files (${DEFAULT-VALUE}).")
    private Path out;
    @Option(names = "--capacity", paramLabel = "SIZE", converter = SizeConverter.class,
        description = "Memory of the case study, such as 18499MiB; default what its file says.")
    private Long capacity;
    @Option(names = "--quick", description = "Little of everything, in seconds; on the software driver the case study in virtual time.")
    private boolean quick;
    @Option(names = "--only", paramLabel = "SECTION", split = ",",
        description = "These sections alone, such as kernels,swap-integrity; a name that is none lists them all.")
    private List<String> only = List.of();
    @Option(names = "--limit", paramLabel = "TIME", converter = DurationConverter.class, defaultValue = "5m",
        description = "A section that takes longer has its threads printed and is ended (${DEFAULT-VALUE}).")
    private long limitNs;
    @Option(names = "--in-process",
        description = "All sections in this process: an error that stays with it then fails the later ones, too.")
    private boolean inProcess;

    @Override
    public Integer call() throws IOException {
        GpuVerification.endWithParent();
        ResultFiles.requireFolder(out, List.of(GpuReport.TEXT_FILE, GpuReport.JSON_FILE));
        final GpuVerification.Options options = new GpuVerification.Options(driverName, index, quick, only, limitNs,
            Home.file("bench/case-studies/rt-swap.yaml"), capacity == null ? OptionalLong.empty() : OptionalLong.of(capacity), out);
        final GpuReport report;
        try (GpuDriver driver = open(driverName)) {
            gpu(driver, index); // says how many there are when there is no such one
            final GpuVerification verification = inProcess ? GpuVerification.here(driver, options)
                : GpuVerification.inProcesses(driver, spec.root().userObject().getClass(), options);
            report = verification.run(part -> System.err.println("verifying: " + part + " ..."), this::write);
        } catch (final IllegalArgumentException e) {
            throw new PrerequisiteException(e.getMessage());
        }
        System.out.print(report.text());
        System.out.flush(); // before a disk that is full can end the command
        report.write(out);
        System.out.println(Lines.wrap("files: " + out.resolve(GpuReport.TEXT_FILE) + ", " + out.resolve(GpuReport.JSON_FILE)));
        return report.passed() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    /** A disk that is full now may have room at the end; what is printed then needs none. */
    private void write(final GpuReport soFar) {
        try {
            soFar.write(out);
        } catch (final IOException e) {
            System.err.println("verify-gpu: the report so far cannot be written: " + e.getMessage());
        }
    }

    /** Opens a driver by its name, or says what is missing. */
    static GpuDriver open(final String name) {
        try {
            return GpuDriver.open(name).orElseThrow(() -> new PrerequisiteException("no GPU: "
                + CudaDriver.absence().orElse("none was found") + "; the software driver needs none: --driver software"));
        } catch (final IllegalArgumentException e) {
            throw new PrerequisiteException(e.getMessage());
        }
    }

    /** Chooses a GPU of a driver, or says how many there are. */
    static CudaGpu gpu(final GpuDriver driver, final int index) {
        final List<CudaGpu> gpus = driver.gpus();
        if (index < 0 || index >= gpus.size()) {
            throw new PrerequisiteException("there is no GPU " + index + "; this driver has " + gpus.size() + ", from 0");
        }
        return gpus.get(index);
    }
}
