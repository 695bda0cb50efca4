// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.software.Fault;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoHAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoDAsync_v2_t;

class GpuVerificationTest {
    @TempDir
    private Path folder;

    @Test
    void shouldPassOnTheSoftwareDriverAndSayThatItAnswered() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4)) {
            final List<String> parts = new ArrayList<>();
            final CaseStudyCheck caseStudy =
                new CaseStudyCheck(Path.of("case-studies/rt-swap.yaml"), true, 0, true, OptionalLong.empty(), folder);
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(), new NetworkCheck(true),
                caseStudy).run(parts::add);
            assertTrue(report.passed(), report.text());
            assertEquals(parts, report.sections().stream().map(Section::name).toList());
            assertTrue(report.text().contains("software driver") && report.text().endsWith("verify-gpu: passed" + System.lineSeparator()),
                report.text());
            assertTrue(report.json().contains("\"passed\":true") && report.json().contains("software driver"), report.json());
            assertTrue(report.text().contains("answers equal the processor's bit by bit"), report.text());
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenTheRuntimeCannotComputeOnTheGpu() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(),
                List.of(new NetworkCheck(false))).run(part -> { });
            assertEquals(Section.Outcome.MEASURED, report.sections().getFirst().outcome(), report.text());
            assertTrue(report.text().contains("not checked: ") && report.text().contains("onnxruntime_gpu"), report.text());
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldFailOneCheckAndGoOnWhenTheDriverReportsAnError() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            software.inject(Fault.LAUNCH_FAILURE, 0);
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(),
                List.of(new KernelCheck(), new CapabilityCheck())).run(part -> { });
            assertFalse(report.passed());
            assertEquals(Section.Outcome.FAILED, report.sections().get(0).outcome());
            assertTrue(report.sections().get(0).sentence().contains("CUDA_ERROR_LAUNCH_FAILED"), report.text());
            assertEquals(Section.Outcome.PASSED, report.sections().get(1).outcome(), report.text());
        }
    }

    @Test
    void shouldFindOtherBytesWhenADriverForgetsToCopy() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT); Arena arena = Arena.ofShared()) {
            final MemorySegment in = software.lookup().find("cuMemcpyHtoDAsync_v2").orElseThrow();
            final MemorySegment out = software.lookup().find("cuMemcpyDtoHAsync_v2").orElseThrow();
            final AtomicInteger copies = new AtomicInteger();
            // One copy of a chunk in three is forgotten, so that some of them matter whenever a move is cancelled; the eight bytes of a
            // checksum never.
            final MemorySegment forgetsIn = cuMemcpyHtoDAsync_v2_t.allocate((to, from, bytes, stream) ->
                copies.incrementAndGet() % 3 == 0 ? 0 : cuMemcpyHtoDAsync_v2_t.invoke(in, to, from, bytes, stream), arena);
            final MemorySegment forgetsOut = cuMemcpyDtoHAsync_v2_t.allocate((to, from, bytes, stream) ->
                bytes > Long.BYTES && copies.incrementAndGet() % 3 == 0 ? 0
                    : cuMemcpyDtoHAsync_v2_t.invoke(out, to, from, bytes, stream), arena);
            for (final Map<String, MemorySegment> forgets : List.of(
                Map.of("cuMemcpyHtoDAsync_v2", forgetsIn), Map.of("cuMemcpyDtoHAsync_v2", forgetsOut))) {
                final CudaDriver driver = CudaDriver.of(
                    name -> Optional.ofNullable(forgets.get(name)).or(() -> software.lookup().find(name)), "a forgetful driver");
                final GpuReport report = new GpuVerification(driver.gpus().getFirst(), Scale.quick(), List.of(new SwapIntegrityCheck()))
                    .run(part -> { });
                assertFalse(report.passed(), report.text());
                assertTrue(report.text().contains("comparisons found other bytes"), report.text());
            }
        }
    }

    @Test
    void shouldWriteUnitsForPeopleAndNumbersForPrograms() {
        final Map<String, String> facts = new LinkedHashMap<>(Map.of("gpu", "some"));
        final Section section = new Section.Builder("costs", "chunkBytes", "mapMaxNs", "inGBs", "ofPlainShare", "loaded")
            .row(32L << 20, 1_500L, 25.126, 0.951, true).checked("fine");
        final GpuReport report = new GpuReport(facts, List.of(section));
        assertTrue(report.text().contains("chunk map max in GB/s of plain loaded"), report.text());
        assertTrue(report.text().contains("32MiB   1.5us   25.13   95.1 % yes"), report.text());
        assertTrue(report.json().contains(
            "{\"chunkBytes\":33554432,\"mapMaxNs\":1500,\"inGBs\":25.126,\"ofPlainShare\":0.951,\"loaded\":true}"), report.json());
    }
}
