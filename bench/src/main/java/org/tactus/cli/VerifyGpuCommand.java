// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

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
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.SizeConverter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tactus verify-gpu}: whether Tactus works on this machine's GPU, and what things cost on it. */
@Command(name = "verify-gpu", mixinStandardHelpOptions = true,
    description = "Checks kernels and swapping on a GPU, measures launches, chunks and copies, runs the case study; under five minutes.")
final class VerifyGpuCommand implements Callable<Integer> {
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
    @Option(names = "--quick", description = "Little of everything: seconds; on the software driver the case study in virtual time.")
    private boolean quick;

    @Override
    public Integer call() throws IOException {
        try (GpuDriver driver = open(driverName)) {
            gpu(driver, index); // says how many there are when there is no such one
            final Path caseStudy = Home.file("bench/case-studies/rt-swap.yaml");
            final GpuReport report = GpuVerification.of(driver, index, quick, caseStudy,
                capacity == null ? OptionalLong.empty() : OptionalLong.of(capacity), out)
                .run(part -> System.err.println("verifying: " + part + " ..."));
            System.out.print(report.text());
            System.out.flush(); // before a disk that is full can end the command
            report.write(out);
            System.out.println("files: " + out.resolve(GpuReport.TEXT_FILE) + ", " + out.resolve(GpuReport.JSON_FILE));
            return report.passed() ? ExitStatus.GOOD : ExitStatus.NO;
        }
    }

    /** Opens a driver by its name, or says what is missing. */
    static GpuDriver open(final String name) {
        try {
            return GpuDriver.open(name).orElseThrow(() -> new PrerequisiteException("tactus: no GPU: "
                + CudaDriver.absence().orElse("none was found") + "; the software driver needs none: --driver software"));
        } catch (final IllegalArgumentException e) {
            throw new PrerequisiteException("tactus: " + e.getMessage());
        }
    }

    /** Chooses a GPU of a driver, or says how many there are. */
    static CudaGpu gpu(final GpuDriver driver, final int index) {
        final List<CudaGpu> gpus = driver.gpus();
        if (index < 0 || index >= gpus.size()) {
            throw new PrerequisiteException("tactus: there is no GPU " + index + "; this driver has " + gpus.size() + ", from 0");
        }
        return gpus.get(index);
    }
}
