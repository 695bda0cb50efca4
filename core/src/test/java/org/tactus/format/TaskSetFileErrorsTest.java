// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.Limits;

class TaskSetFileErrorsTest {
    @TempDir
    private Path directory;

    private String error(final String text) throws IOException {
        return error(text.getBytes(StandardCharsets.UTF_8));
    }

    private String error(final byte[] bytes) throws IOException {
        final Path file = Files.write(directory.resolve("set.yaml"), bytes);
        final String message =
            assertThrows(FileFormatException.class, () -> TaskSetFile.load(file, Sets.options(directory))).getMessage();
        assertTrue(message.startsWith(file + ":"), message);
        return message.substring(file.toString().length() + 1);
    }

    /** What is replaced in the full set, by what, and the line that must come. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        tactus: 1|tactus: 2|1: format version '2' is unknown; this release reads 'tactus: 1'
        tactus: 1|#|2: key 'tactus' is missing; begin with 'tactus: 1'
        name: braking|name: ''|2: name has no value; give one or remove the key
        name: braking|name: a b|2: 'a b' is not a name; use 1 to 64 of A-Z a-z 0-9 _ . -
        policy: fixed-priority|policy: edff|3: policy: 'edff' is unknown; did you mean 'edf'?
        policy: fixed-priority|policy: fastest|3: policy: 'fastest' is unknown; write one of fixed-priority, edf, edf-mandatory-first
        policy: fixed-priority|polici: edf|3: unknown key 'polici'; did you mean 'policy'?
        policy: fixed-priority|policy: [edf]|3: policy must be a single value, not a list
        dispatch: 2us|dispatch: -2us|4: dispatch: '-2us' is negative; a time is at least 0ms
        kind: modelled|kind: gpu|8: kind: 'gpu' is unknown; write one of cpu, modelled, cuda, edgetpu
        kind: modelled|kind: modelled, colour: red|8: unknown key 'colour'; write one of name, kind, cores, driver, index, memory, chunk, \
        protocol, chunkIn, chunkOut, swapInOverhead, swapOutOverhead, residency, chunkDrop, background, weights, chunkRead, duplexIn, \
        duplexOut, duplexDrop, sram, link, preemption, process, compute
        kind: modelled|kind: modelled, sram: 1MiB|8: sram: only an edgetpu device has it; remove the key or write 'kind: edgetpu'
        kind: modelled|kind: modelled, link: usb3|8: link: only an edgetpu device has one; remove the key or write 'kind: edgetpu'
        sram: 8MiB|sram: 8MiB, link: usb4|11: link: 'usb4' is unknown; did you mean 'usb3'?
        kind: modelled|kind: modelled, chunk: 1MiB|8: chunk: the device has no memory to swap; add 'memory: 8GiB'
        cores: [1]|cores: [1], memory: 1GiB|7: memory: a cpu device has none of its own; remove the key, or name another kind
        cores: [1]|cores: [1, 1]|7: cores: a core stands twice; name each once
        kind: modelled|kind: cpu, cores: [0, 1]|8: core 1 is taken by 'cpu0'; each cpu device needs cores of its own
        kind: modelled|kind: modelled, cores: [1]|8: core 1 is taken by 'cpu0'; each cpu device needs cores of its own
        cores: [1]|cores: 1|7: cores must be a list, not '1'
        cores: [1]|cores: [one]|7: an element of cores: 'one' is not a whole number; write one from 0 to 1023
        name: acc0|name: cpu0|8: two devices are named 'cpu0'; names must differ
        chunk: 32MiB, |`` |9: key 'chunk' is missing; add 'chunk: 32MiB'
        chunk: 32MiB|chunk: 32GiB|9: the chunk must be above 0 and at most the memory
        memory: 18499MiB|memory: 18499|9: memory: '18499' is not a size; write a number and B, KiB, MiB or GiB, such as 32MiB
        memory: 18499MiB|memory: 99999999999GiB|9: memory: '99999999999GiB' is too large; write less than 8589934592GiB
        memory: 18499MiB|memory: 0.1B|9: memory: '0.1B' is not a whole number of bytes
        period: 250ms|period: 0ms|14: the time must be above 0
        period: 250ms|period: -1ms|14: period: '-1ms' is negative; a time is at least 0ms
        period: 250ms|period: 250|14: period: '250' is not a duration; write a number and ns, us, ms or s, such as 2.5ms
        period: 250ms|period: 99999999999s|14: period: '99999999999s' is too long; the longest duration is 9223372036.854775807s
        period: 250ms|period: 9000000000s|14: 9000000000s is too long; the longest time is 4611686018.427387903s
        period: 250ms|period: 0.5ns|14: period: '0.5ns' is not a whole number of nanoseconds
        period: 250ms|priod: 250ms|14: unknown key 'priod'; did you mean 'period'?
        period: 250ms|period: {ms: 250}|14: period must be a single value, not a map
        deadline: 200ms|period: 200ms|15: key 'period' stands twice, first in line 14; keep one
        deadline: 200ms|deadline: 251ms|15: the deadline of 'detect' (251ms) is beyond its period (250ms); it must be at \
        most the period
        deadline: 200ms|deadline: 0s|15: the time must be above 0
        jitter: 2ms|jitter: 1s|17: the jitter is beyond the period; it must be at most the period
        release: sporadic|release: often|18: release: 'often' is unknown; write one of periodic, sporadic
        priority: 1|priority: 0|19: priority: 0 is out of range; write a whole number from 1 to 2147483646
        priority: 1|priority: 99999999999999999999|19: priority: 99999999999999999999 is out of range; write a whole number from 1 to \
        2147483646
        priority: 1|priority: high|19: priority: 'high' is not a whole number; write one from 1 to 2147483646
        onOverrun: skip-next|onOverrun: skipnext|20: onOverrun: 'skipnext' is unknown; did you mean 'skip-next'?
        swap: 576MiB|swap: 5760MiB|22: the swap volume must be from 0 to the footprint
        footprint: 4650MiB, |`` |22: key 'footprint' is missing; add 'footprint: 512MiB' or 'objects: FILE.csv'
        footprint: 4650MiB|objects: o.csv|22: file 'o.csv' does not exist; name a file, relative to the task set's directory
        device: gpu0|device: gpu1|24: device 'gpu1' does not exist; the platform has cpu0, acc0, gpu0, tpu0
        wcet: 12ms|wcet: 0ms|24: wcet: the time must be above 0
        wcet: 12ms, |`` |24: key 'wcet' is missing; add 'wcet: 3ms', or a model to the task
        [0.7, 1.0]|[0.7]|24: uniform needs two shares of the WCET, such as [0.7, 1.0]
        [0.7, 1.0]|[1.0, 0.7]|24: the share of the WCET must be above 0, the lower one first, and at most 1000
        [0.7, 1.0]|[0.7, .inf]|24: an element of uniform: '.inf' is not a number; write one such as 0.7
        name: classify|name: detect|26: two tasks are named 'detect'; names must differ
        name: classify|name: a/b|26: 'a/b' is not a task name; use 1 to 64 of A-Z a-z 0-9 _ . -
        {zoo: resnet, size: medium, cuts: 1}|{file: net.onnx}|28: file 'net.onnx' does not exist; name a file, relative to the task set's \
        directory
        {zoo: resnet, size: medium, cuts: 1}|{cuts: 1}|28: model needs 'file: net.onnx', 'files: [net.tflite]' or 'zoo: resnet', \
        one of them
        {zoo: resnet, size: medium, cuts: 1}|{files: [set.yaml]}|28: 'set.yaml' is no .tflite file; 'files' lists TensorFlow Lite files, \
        one a segment
        {zoo: resnet, size: medium, cuts: 1}|{files: [no.tflite]}|28: file 'no.tflite' does not exist; name a file, relative to the task \
        set's directory
        {zoo: resnet, size: medium, cuts: 1}|{files: [set.yaml], cuts: 1}|28: cuts: TensorFlow Lite files are cut by their compiler; \
        remove the key and list 'files', one a segment
        zoo: resnet|zoo: restnet|28: zoo: 'restnet' is unknown; did you mean 'resnet'?
        cuts: 1|cuts: 2|29: the model of 'classify' is cut into 2 but 1 segments name a device; the numbers must be equal
        segments: [{device: tpu0, wcet: 1ns}]|segments: []|29: task 'classify' has no segment; give at least one
        precision: int8, wcet: 5ms|precision: int4, wcet: 5ms|33: precision: 'int4' is unknown; did you mean 'int8'?
        loss: 0.1|loss: 101|33: the loss is in percentage points, from 0 to 100
        [{device: gpu0, wcet: 2ms}, {device: cpu0, precision: int8, wcet: 5ms, loss: 0.1, actual: 0.5}]|[]|33: a segment has from 1 to \
        16 variants, not 0
        variants: [{device: gpu0, wcet: 2ms}|variants: [{device: gpu9, wcet: 2ms}|33: device 'gpu9' does not exist; the platform has \
        cpu0, acc0, gpu0, tpu0
        {to: 1, toHost: 200us|{to: 3, toHost: 200us|37: to: 3 is out of range; write a whole number from 0 to 2
        {to: 1, toHost: 200us|{from: 1, to: 1, toHost: 200us|37: a tensor comes from an earlier segment, or from 'input'
        offer: {device: gpu0, wcet: 1.5ms}|offer: {device: cpu0, wcet: 1.5ms}|43: a segment is offered to an accelerator, and cpu0 is a \
        cpu device
        offer: {device: gpu0, wcet: 1.5ms}|actual: 1|44: there is a budget but no segment is offered; add 'offer' to a segment, or \
        remove 'reclaim'
        reclaim: {gpuTime: 4ms, substitutions: 3, largest: 1.5ms}|priority: 9|41: segments are offered but the task has no budget; add \
        'reclaim: {gpuTime: 4ms, substitutions: 3, largest: 2ms}'
        substitutions: 3|substitutions: 0|44: substitutions: 0 is out of range; write a whole number from 1 to 1024
        segments: [{device: tpu0, wcet: 1ns}]|# none|26: key 'segments' is missing; add 'segments: [{device: cpu0, wcet: 3ms}]'
        """)
    void shouldNameFileAndLineWhenAKeyIsWrong(final String what, final String by, final String line) throws IOException {
        final String before = what.endsWith(",") ? what + " " : what;
        assertTrue(Sets.FULL.contains(before), before);
        assertEquals(line, error(Sets.FULL.replace(before, by == null ? "" : by.strip())));
    }

    @Test
    void shouldSayWhatItNeedsWhenTheFileIsNoTaskSet() throws IOException {
        assertEquals("1: the file is empty; begin with 'tactus: 1'", error(""));
        assertEquals("1: the file is empty; begin with 'tactus: 1'", error("# nothing\n"));
        assertEquals("1: the file must be a map that begins with 'tactus: 1', not 'hello'", error("hello"));
        assertEquals("1: key 'name' is missing; add 'name: braking'", error("tactus: 1"));
        assertEquals("2: this is not UTF-8 text; save the file as UTF-8", error(new byte[] {'\n', (byte) 0xC0, 'a'}));
        assertEquals("2: this is not YAML: a character that is not text; save the file as UTF-8 text", error("tactus: 1\nname: \u0001\n"));
        assertEquals("2: this is not YAML: mapping values are not allowed here; indent with spaces, write 'key: value', and quote special "
            + "characters", error("tactus: 1\nname: a: b\n"));
    }

    @Test
    void shouldRefuseWhatIsNotAFile() {
        final TaskSetFile.Options options = Sets.options(directory);
        assertEquals(directory + ": this is a directory; name a file",
            assertThrows(FileFormatException.class, () -> TaskSetFile.load(directory, options)).getMessage());
        final Path none = directory.resolve("none.yaml");
        assertEquals(none + ": the file does not exist; check its path",
            assertThrows(FileFormatException.class, () -> TaskSetFile.load(none, options)).getMessage());
    }

    @Test
    void shouldStayWithinLimitsWhenAFileIsABomb() throws IOException {
        assertEquals("1: the nesting is deeper than 32; a task set needs 7", error("[".repeat(100_000)));
        final StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + ", *a" + (i - 1) + "]\n");
        }
        assertEquals("35: there are more than 100 aliases; write the values out", error(bomb.toString()));
        assertEquals("1: the file is larger than 16MiB; split it", error(" ".repeat((16 << 20) + 1)));
        assertEquals("14: period: a number of 4000 characters is too long; write a shorter one",
            error(Sets.FULL.replace("period: 250ms", "period: " + "9".repeat(4000))));
    }

    @Test
    void shouldRefuseMoreTasksThanTheTablesHold() throws IOException {
        final StringBuilder text = new StringBuilder("""
            tactus: 1
            name: many
            policy: edf
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}]}
            tasks:
            """);
        for (int i = 0; i <= Limits.MAX_TASKS; i++) {
            text.append("- {name: t" + i + ", period: 1s, segments: [{device: cpu0, wcet: 1ns}]}\n");
        }
        assertEquals((7 + Limits.MAX_TASKS) + ": 16385 tasks are more than the tables hold; the most is 16384", error(text.toString()));
    }
}
