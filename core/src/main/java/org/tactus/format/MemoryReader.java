// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.tactus.internal.time.Sizes;
import org.tactus.model.TaskMemory;

/** Reads {@code memory} of a task as it is written. */
final class MemoryReader {
    /** Keys whose sizes an objects file tells. */
    private static final List<String> CLASSES = List.of("scratch", "state", "constants");

    private MemoryReader() {
    }

    /** Whether a person says what a network would be measured for. */
    static boolean saysSizes(final YamlMap map) {
        return map.has("footprint") || map.has("objects") || CLASSES.stream().anyMatch(map::has);
    }

    /** Reads what a person wrote; a file of objects is found by the one who reads the task. */
    static TaskMemory read(final YamlValue value, final Function<YamlValue, Path> existing) {
        final YamlMap map = value.map(FileSection.MEMORY);
        final OptionalLong swap = map.find("swap").map(bytes -> OptionalLong.of(bytes.sizeBytes())).orElse(OptionalLong.empty());
        final Optional<YamlValue> named = CLASSES.stream().filter(map::has).findFirst().flatMap(map::find);
        if (map.has("objects")) {
            final YamlValue objects = map.need("objects", "'objects: FILE.csv'");
            named.ifPresent(size -> {
                throw size.error(size.name() + ": the sizes come from the objects; remove one of the two keys");
            });
            final ObjectTable table = ObjectTable.read(existing.apply(objects));
            final Optional<YamlValue> footprint = map.find("footprint");
            final long bytes = footprint.map(YamlValue::sizeBytes).orElse(table.footprintBytes());
            if (table.classified() && bytes != table.footprintBytes()) {
                throw footprint.get().error("footprint: the objects with classes add up to " + Sizes.exact(table.footprintBytes())
                    + "; write that, or remove the key");
            }
            return table.classified()
                ? new TaskMemory(bytes, swap, Optional.of(objects.text()), table.scratchBytes(), table.stateBytes())
                : new TaskMemory(bytes, swap, Optional.of(objects.text()));
        }
        final List<Long> constants = map.find("constants").map(MemoryReader::constants).orElse(List.of());
        final long scratch = size(map, "scratch");
        final long state = size(map, "state");
        if (!constants.isEmpty()) {
            final long sum = constants.stream().mapToLong(Long::longValue).reduce(0, MemoryReader::sum);
            return new TaskMemory(map.find("footprint").map(YamlValue::sizeBytes).orElse(sum(sum, sum(scratch, state))), swap,
                Optional.empty(), scratch, state, constants, OptionalLong.empty());
        }
        final long footprint = map.need("footprint", "'footprint: 512MiB' or 'objects: FILE.csv'").sizeBytes();
        return named.isEmpty() ? new TaskMemory(footprint, swap, Optional.empty())
            : new TaskMemory(footprint, swap, Optional.empty(), scratch, state);
    }

    private static List<Long> constants(final YamlValue value) {
        if (value.list().isEmpty()) {
            throw value.error("constants: name the size that each segment reads, or remove the key");
        }
        return value.list().stream().map(YamlValue::sizeBytes).toList();
    }

    private static long sum(final long bytes, final long others) {
        return bytes > Long.MAX_VALUE - others ? Long.MAX_VALUE : bytes + others;
    }

    private static long size(final YamlMap map, final String key) {
        return map.find(key).map(YamlValue::sizeBytes).orElse(0L);
    }
}
