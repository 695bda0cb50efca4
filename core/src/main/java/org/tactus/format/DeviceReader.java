// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;

/** Reads one element of {@code platform.devices}. */
final class DeviceReader {
    /** Parameter memory of a Coral Edge TPU: the number of the bindings' EdgeTpuCost.SRAM_BYTES, which this room may not use. */
    private static final long EDGE_TPU_SRAM_BYTES = 8L << 20;
    private static final long MOST_CORES = 1023;
    /** What reads past the page cache ask of where they begin, on every disk. */
    private static final long LEAST_READ_BYTES = 4096;
    private static final List<String> SWAP_KEYS = List.of(
        "chunk", "protocol", "chunkIn", "chunkOut", "swapInOverhead", "swapOutOverhead", "residency", "chunkDrop", "background",
        "weights", "chunkRead", "duplexIn", "duplexOut", "duplexDrop");
    private static final Map<String, DeviceKind> KINDS = words(DeviceKind.values(), DeviceKind::text);
    static final Map<String, String> LINKS = words(new String[] {"usb3", "usb2", "pcie"}, link -> link);
    private static final Map<String, SwapProtocol> PROTOCOLS = words(SwapProtocol.values(), SwapProtocol::text);
    private static final Map<String, Residency> RESIDENCIES = words(Residency.values(), Residency::text);
    private static final Map<String, DeviceSpec.Preemption> PREEMPTIONS =
        words(DeviceSpec.Preemption.values(), DeviceSpec.Preemption::text);
    private static final Map<String, DeviceSpec.LibraryProcess> PROCESSES =
        words(DeviceSpec.LibraryProcess.values(), DeviceSpec.LibraryProcess::text);
    private static final Map<String, DeviceSpec.Compute> COMPUTES =
        words(new DeviceSpec.Compute[] {DeviceSpec.Compute.KERNELS, DeviceSpec.Compute.KERNELS_FP16, DeviceSpec.Compute.ONNX_RUNTIME},
            DeviceSpec.Compute::text);
    static final Map<String, Boolean> YES_NO = words(new Boolean[] {true, false}, String::valueOf);

    private DeviceReader() {
    }

    static <T> Map<String, T> words(final T[] values, final Function<T, String> text) {
        final Map<String, T> words = new LinkedHashMap<>();
        for (final T value : values) {
            words.put(text.apply(value), value);
        }
        return words;
    }

    /** Reads a device; a relative folder is one beside the task set, as a model's file is. */
    static DeviceSpec read(final YamlValue value, final Path base) {
        final YamlMap map = value.map(FileSection.DEVICE);
        final String name = map.need("name", "'name: cpu0'").text();
        final DeviceKind kind = map.need("kind", "'kind: cpu', or modelled, cuda or edgetpu").oneOf(KINDS);
        final List<Integer> cores = map.find("cores").map(DeviceReader::cores).orElse(List.of());
        final String driver = map.find("driver").map(YamlValue::text).orElse("");
        if (kind == DeviceKind.MODELLED && map.find("driver").isPresent()) {
            throw map.find("driver").get().error("driver: a modelled device has none; remove the key, or, for a GPU that computes "
                + "networks, write 'kind: cuda' and 'driver: software'");
        }
        final int index = map.find("index").map(number -> (int) number.integer(0, MOST_CORES)).orElse(0);
        return new DeviceSpec(name, kind, cores, driver, index, memory(map, kind, base), sram(map, kind), link(map, kind),
            preemption(map, kind), process(map, kind, driver), compute(map, kind));
    }

    private static List<Integer> cores(final YamlValue value) {
        final List<Integer> cores = value.list().stream().map(core -> (int) core.integer(0, MOST_CORES)).toList();
        if (cores.stream().distinct().count() != cores.size()) {
            throw value.error("cores: a core stands twice; name each once");
        }
        return cores;
    }

    private static long sram(final YamlMap map, final DeviceKind kind) {
        final Optional<YamlValue> sram = map.find("sram");
        if (sram.isPresent() && kind != DeviceKind.EDGETPU) {
            throw sram.get().error("sram: only an edgetpu device has it; remove the key or write 'kind: edgetpu'");
        }
        return kind == DeviceKind.EDGETPU ? sram.map(YamlValue::sizeBytes).orElse(EDGE_TPU_SRAM_BYTES) : 0;
    }

    private static String link(final YamlMap map, final DeviceKind kind) {
        final Optional<YamlValue> link = map.find("link");
        if (link.isPresent() && kind != DeviceKind.EDGETPU) {
            throw link.get().error("link: only an edgetpu device has one; remove the key or write 'kind: edgetpu'");
        }
        return link.map(value -> value.oneOf(LINKS)).orElse("");
    }

    private static DeviceSpec.Preemption preemption(final YamlMap map, final DeviceKind kind) {
        final Optional<YamlValue> preemption = map.find("preemption");
        if (preemption.isPresent() && kind != DeviceKind.CPU) {
            throw preemption.get().error("preemption: only a cpu device is preempted within a segment; remove the key");
        }
        return preemption.map(value -> value.oneOf(PREEMPTIONS)).orElse(DeviceSpec.Preemption.SEGMENTS);
    }

    private static DeviceSpec.LibraryProcess process(final YamlMap map, final DeviceKind kind, final String driver) {
        final Optional<YamlValue> process = map.find("process");
        if (process.isPresent() && kind != DeviceKind.EDGETPU) {
            throw process.get().error("process: only an edgetpu device's library can run in a child process; remove the key");
        }
        return process.map(value -> value.oneOf(PROCESSES)).orElse(DeviceSpec.LibraryProcess.usual(kind, driver));
    }

    private static DeviceSpec.Compute compute(final YamlMap map, final DeviceKind kind) {
        final Optional<YamlValue> compute = map.find("compute");
        if (compute.isPresent() && kind != DeviceKind.CUDA) {
            throw compute.get().error("compute: only on a cuda device can it be chosen what computes networks; remove the key");
        }
        return compute.map(value -> value.oneOf(COMPUTES)).orElse(DeviceSpec.Compute.ANY);
    }

    private static Optional<DeviceMemory> memory(final YamlMap map, final DeviceKind kind, final Path base) {
        final Optional<YamlValue> swap = SWAP_KEYS.stream().filter(map::has).findFirst().flatMap(map::find);
        if (!map.has("memory")) {
            if (swap.isPresent()) {
                throw swap.get().error(swap.get().name() + ": the device has no memory to swap; add 'memory: 8GiB'");
            }
            return Optional.empty();
        }
        final YamlValue memory = map.need("memory", "'memory: 8GiB'");
        if (kind == DeviceKind.CPU) {
            throw memory.error("memory: a cpu device has none of its own; remove the key, or name another kind");
        }
        final long capacityBytes = memory.sizeBytes();
        if (swap.isEmpty()) {
            return Optional.of(new DeviceMemory(capacityBytes, capacityBytes, SwapProtocol.SEQ, 0, 0, 0, 0));
        }
        final long outNs = map.need("chunkOut", "'chunkOut: 1.3ms'").durationNs();
        final DeviceMemory scheduled = new DeviceMemory(capacityBytes, map.need("chunk", "'chunk: 32MiB'").sizeBytes(),
            map.find("protocol").map(protocol -> protocol.oneOf(PROTOCOLS)).orElse(SwapProtocol.SEQ),
            map.need("chunkIn", "'chunkIn: 1.3ms'").durationNs(), outNs,
            map.durationNs("swapInOverhead", 0), map.durationNs("swapOutOverhead", 0),
            map.find("residency").map(residency -> residency.oneOf(RESIDENCIES)).orElse(Residency.SEMANTIC),
            map.durationNs("chunkDrop", outNs), map.find("background").map(moves -> moves.oneOf(YES_NO)).orElse(true));
        return Optional.of(weights(map, kind, duplex(map, scheduled), base));
    }

    /** What a chunk takes while another one moves the other way, where that was measured. */
    private static DeviceMemory duplex(final YamlMap map, final DeviceMemory memory) {
        if (!map.has("duplexIn") && !map.has("duplexOut")) {
            map.find("duplexDrop").ifPresent(drop -> {
                throw drop.error("duplexDrop: chunks move one way at a time; add 'duplexIn' and 'duplexOut', or remove the key");
            });
            return memory;
        }
        final long outNs = map.need("duplexOut", "'duplexOut: 1.4ms'").durationNs();
        return memory.withDuplex(new DeviceMemory.Duplex(
            map.need("duplexIn", "'duplexIn: 1.6ms'").durationNs(), outNs, map.durationNs("duplexDrop", outNs)));
    }

    private static String folder(final YamlValue value, final Path base) {
        try {
            return base.resolve(value.text()).normalize().toString();
        } catch (final InvalidPathException e) {
            throw value.file().error(
                value.line(), "weights: '" + value.text() + "' is not a path; name a folder, relative to the task set's directory", e);
        }
    }

    /** Where constants are kept in files: the folder, and what reading a chunk of them takes. */
    private static DeviceMemory weights(final YamlMap map, final DeviceKind kind, final DeviceMemory memory, final Path base) {
        final Optional<YamlValue> folder = map.find("weights");
        if (folder.isEmpty()) {
            map.find("chunkRead").ifPresent(read -> {
                throw read.error("chunkRead: nothing is read from files; add 'weights: FOLDER', or remove the key");
            });
            return memory;
        }
        if (kind != DeviceKind.CUDA || memory.residency() == Residency.COPY_ALL) {
            throw folder.get().error(
                "weights: only constants of a cuda device with 'residency: semantic' are kept in files; remove the key");
        }
        if (memory.chunkBytes() % LEAST_READ_BYTES != 0 || memory.chunkBytes() > Integer.MAX_VALUE) {
            throw map.need("chunk", "'chunk: 32MiB'").error("chunk: chunks of " + Sizes.exact(memory.chunkBytes())
                + " cannot be read from a file; write a multiple of 4KiB below 2GiB, or remove 'weights'");
        }
        return memory.withWeightsIn(folder(folder.get(), base), map.need("chunkRead", "'chunkRead: 5ms'").durationNs());
    }
}
