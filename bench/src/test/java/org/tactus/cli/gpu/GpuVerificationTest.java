// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.software.DriverTraits;
import org.tactus.bindings.cuda.software.Fault;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoHAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoDAsync_v2_t;
import org.tactus.cli.Main;
import org.tactus.internal.measure.GpuRig;

class GpuVerificationTest {
    private static final Path CASE_STUDY = Path.of("case-studies/rt-swap.yaml");

    @TempDir
    private Path folder;

    @Test
    void shouldPassOnTheSoftwareDriverAndSayThatItAnswered() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4)) {
            final List<String> parts = new ArrayList<>();
            final List<GpuReport> written = new ArrayList<>();
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(), GpuChecks.all(true, 0, true,
                CASE_STUDY, OptionalLong.empty(), folder)).run(parts::add, written::add);
            assertTrue(report.passed(), report.text());
            assertEquals(parts, report.sections().stream().map(Section::name).toList());
            assertEquals(parts.size() + 1, written.size());
            for (int i = 0; i <= parts.size(); i++) {
                assertEquals(parts.subList(0, i), written.get(i).sections().stream().map(Section::name).toList());
                assertEquals(parts.subList(i, parts.size()), written.get(i).missing());
                assertEquals(i == parts.size(), written.get(i).passed(), written.get(i).text());
            }
            assertTrue(report.text().contains("software driver") && report.text().endsWith("verify-gpu: passed" + System.lineSeparator()),
                report.text());
            assertTrue(report.json().contains("\"passed\":true") && report.json().contains("software driver"), report.json());
            assertTrue(report.text().contains("answers equal the processor's bit by bit"), report.text());
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldCheckOurKernelsAndSayWhatIsMissingWhenTheRuntimeCannotComputeOnTheGpu() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(),
                List.of(new NetworkCheck(false, List.of("mobilenet"), 1))).run(part -> { }, soFar -> { });
            assertEquals(Section.Outcome.PASSED, report.sections().getFirst().outcome(), report.text());
            final String text = report.text().replaceAll("\\s+", " "); // its lines are those of a terminal
            assertTrue(text.contains("kernels of ours, in fp16, too (within 0.005), computed")
                && text.contains("ONNX Runtime not checked: ") && text.contains("onnxruntime_gpu"), text);
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldFailOneCheckAndGoOnWhenTheDriverReportsAnError() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            software.inject(Fault.LAUNCH_FAILURE, 0);
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(),
                List.of(new KernelCheck(), new CapabilityCheck())).run(part -> { }, soFar -> { });
            assertFalse(report.passed());
            assertEquals(Section.Outcome.FAILED, report.sections().get(0).outcome());
            assertTrue(report.sections().get(0).sentence().contains("CUDA_ERROR_LAUNCH_FAILED"), report.text());
            assertEquals(Section.Outcome.PASSED, report.sections().get(1).outcome(), report.text());
        }
    }

    @Test
    void shouldRunTheLaterSectionsWhenOneThrowsWhatNoDriverThrows() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(),
                List.of(check("broken", rig -> {
                    throw new StackOverflowError("as from a recursion that does not end");
                }), new CapabilityCheck())).run(part -> { }, soFar -> { });
            assertEquals(List.of(Section.Outcome.FAILED, Section.Outcome.PASSED),
                report.sections().stream().map(Section::outcome).toList());
            assertTrue(report.sections().getFirst().text().contains("StackOverflowError") && report.text().contains("FAILED, 1 of 2"),
                report.text());
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldPrintTheThreadsWhenASectionTakesLongerThanItsLimit() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            final ByteArrayOutputStream printed = new ByteArrayOutputStream();
            final CallingThread runner = new CallingThread(software.driver().gpus().getFirst(), Scale.quick(), 1_000_000,
                new PrintStream(printed, true, StandardCharsets.UTF_8));
            final Section slow = runner.run(check("slow", rig -> {
                while (!printed.toString(StandardCharsets.UTF_8).contains("waitsInTheDriver")) {
                    waitsInTheDriver();
                }
            }));
            assertEquals(Section.Outcome.FAILED, slow.outcome());
            assertTrue(slow.sentence().contains("took longer than 1ms"), slow.sentence());
            assertTrue(printed.toString(StandardCharsets.UTF_8).contains("'slow' has not ended within 1ms"),
                () -> printed.toString(StandardCharsets.UTF_8));
        }
    }

    private static void waitsInTheDriver() {
        LockSupport.parkNanos(1_000_000);
    }

    private static GpuCheck check(final String name, final Consumer<GpuRig> body) {
        return new GpuCheck() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Section run(final GpuRig rig, final Scale scale) {
                body.accept(rig);
                return new Section.Builder(name).checked("fine");
            }
        };
    }

    @Test
    void shouldChooseSectionsByNameAndListThemWhenThereIsNoSuchOne() {
        final List<GpuCheck> all = GpuChecks.all(true, 0, true, CASE_STUDY, OptionalLong.empty(), folder);
        assertEquals(List.of("kernels", "swap integrity"),
            GpuChecks.chosen(all, List.of("swap-integrity", "kernels")).stream().map(GpuCheck::name).toList());
        final String message = assertThrows(IllegalArgumentException.class, () -> GpuChecks.chosen(all, List.of("kernel"))).getMessage();
        assertTrue(message.contains("'kernel'") && message.contains("kernels, networks, swap-integrity"), message);
    }

    @Test
    void shouldKeepEverySectionToItselfWhenItHasAProcessOfItsOwn() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4)) {
            final List<String> words = List.of("--driver", "software", "--quick");
            final GpuCheck good = new CapabilityCheck();
            final Section found = new ChildSections(Main.class, Stream.concat(Stream.of("verify-gpu", "--in-process"), words.stream())
                .toList(), folder, 60_000_000_000L).run(good);
            assertEquals(Section.Outcome.PASSED, found.outcome(), found + " " + log(good));
            assertEquals(run(software, good).rows(), found.rows());

            final Section none = new ChildSections(Main.class, List.of("verify-gpu", "--in-process", "--index", "7", "--driver",
                "software"), folder, 60_000_000_000L).run(good);
            assertEquals(Section.Outcome.FAILED, none.outcome());
            assertTrue(none.sentence().contains("ended with status 2") && none.text().contains("there is no GPU 7"), none.toString());

            final Section killed = new ChildSections(EndsBySignal.class, List.of(), folder, 60_000_000_000L).run(good);
            assertTrue(killed.sentence().contains("ended by signal 9"), killed.toString());

            final Section hangs = new ChildSections(Hangs.class, List.of(), folder, 1).run(good);
            assertTrue(hangs.sentence().contains("did not end within 1ns, and was killed"), hangs.toString());
        }
    }

    @Test
    void shouldVerifyTheOtherSectionsWhenAnErrorStaysWithTheProcessOfOne() {
        final List<GpuCheck> checks = List.of(new KernelCheck(), new CapabilityCheck(), new SwapIntegrityCheck());
        final List<Section.Outcome> inProcesses = checks.stream()
            .map(check -> new ChildSections(BreaksKernels.class, List.of(), folder, 60_000_000_000L).run(check).outcome()).toList();
        assertEquals(List.of(Section.Outcome.FAILED, Section.Outcome.PASSED, Section.Outcome.PASSED), inProcesses);
        final List<Section> here = BreaksKernels.run(checks).sections();
        assertEquals(List.of(Section.Outcome.FAILED, Section.Outcome.FAILED, Section.Outcome.FAILED),
            here.stream().map(Section::outcome).toList());
        assertTrue(here.getLast().sentence().contains("CUDA_ERROR_LAUNCH_FAILED"), here.toString());
    }

    /** A GPU on which the first kernel of the checks of kernels breaks, for as long as the process lives. */
    static final class BreaksKernels {
        private BreaksKernels() {
        }

        static GpuReport run(final List<GpuCheck> checks) {
            try (SoftwareCuda software = SoftwareCuda.open(
                SoftwareSettings.INSTANT.withTraits(DriverTraits.NONE.withStickyErrors()))) {
                if (checks.getFirst() instanceof KernelCheck) {
                    software.inject(Fault.LAUNCH_FAILURE, 0);
                }
                return new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(), checks).run(part -> { }, soFar -> { });
            }
        }

        public static void main(final String[] words) throws IOException {
            final List<String> all = List.of(words);
            final List<GpuCheck> checks = GpuChecks.chosen(GpuChecks.all(true, 0, true, CASE_STUDY, OptionalLong.empty(), Path.of("")),
                List.of(all.get(all.indexOf("--only") + 1)));
            run(checks).write(Path.of(all.get(all.indexOf("--out") + 1)));
        }
    }

    @Test
    void shouldPassWhenTheDriverHasTheTraitsOfARealOne() {
        for (final DriverTraits traits : List.of(DriverTraits.NONE.withMappedChunkNs(2_000), DriverTraits.NONE.withDriverLock(),
            DriverTraits.NONE.withStickyErrors(), DriverTraits.NONE.withStaging(1_000_000_000), DriverTraits.NONE.withNotReady(3),
            DriverTraits.NONE.withFirstLaunchNs(5_000_000), DriverTraits.NONE.withHiddenMemory(), DriverTraits.REAL)) {
            try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4.withTraits(traits))) {
                final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(), List.of(new KernelCheck(),
                    new NetworkCheck(true), new SwapIntegrityCheck(), new ChunkCostCheck.Calls(), new ChunkCostCheck.Copies(),
                    new SwapThroughputCheck())).run(part -> { }, soFar -> { });
                assertTrue(report.passed(), traits + ": " + report.text());
                assertEquals(Inventory.NOTHING, software.inventory(), traits.toString());
            }
        }
    }

    @Test
    void shouldSayThatASwapWaitsWhenUnmappingWaitsForKernels() {
        final List<GpuCheck> checks = List.of(new WaitingCallCheck(), new SwapIntegrityCheck());
        try (SoftwareCuda software =
            SoftwareCuda.open(SoftwareSettings.PCIE4.withTraits(DriverTraits.NONE.withWaitsForKernels()))) {
            final GpuReport report = new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(), checks)
                .run(part -> { }, soFar -> { });
            assertTrue(report.passed(), report.text());
            assertTrue(report.text().contains("a swap WAITS for what runs") && report.text().contains("unmap beside a spin"),
                report.text());
        }
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4)) {
            assertTrue(run(software, checks.getFirst()).sentence().contains("none of those that swapping makes waited"));
        }
    }

    private static Section run(final SoftwareCuda software, final GpuCheck check) {
        return new GpuVerification(software.driver().gpus().getFirst(), Scale.quick(), List.of(check)).run(part -> { }, soFar -> { })
            .sections().getFirst();
    }

    private String log(final GpuCheck check) {
        try {
            return Files.readString(folder.resolve(check.word()).resolve("log.txt"));
        } catch (final IOException e) {
            return e.toString();
        }
    }

    /** Stands for a process that a driver takes down. */
    static final class EndsBySignal {
        private EndsBySignal() {
        }

        public static void main(final String[] words) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-9", String.valueOf(ProcessHandle.current().pid())).start().waitFor();
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** Stands for a process in a call that does not come back. */
    static final class Hangs {
        private Hangs() {
        }

        public static void main(final String[] words) throws InterruptedException {
            Thread.sleep(Long.MAX_VALUE);
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
                    .run(part -> { }, soFar -> { });
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
        final GpuReport report = new GpuReport(facts, List.of(section), List.of());
        assertTrue(report.text().contains("chunk map max in GB/s of plain loaded"), report.text());
        assertTrue(report.text().contains("32MiB   1.5us   25.13   95.1 % yes"), report.text());
        assertTrue(report.json().contains(
            "{\"chunkBytes\":33554432,\"mapMaxNs\":1500,\"inGBs\":25.126,\"ofPlainShare\":0.951,\"loaded\":true}"), report.json());
    }
}
