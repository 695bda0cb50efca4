// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.TestModels;

class SampleFilesTest {
    private static final int ELEMENTS = 3 * 16 * 16;
    private static LayeredModel model;
    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        model = LayeredModel.of(TestModels.tiny());
    }

    /** A file as numpy.save writes it: magic, version, length of the header, header, values. */
    private static byte[] array(final int version, final String type, final String order, final int inputs) {
        return array(version, type, order, inputs, "(" + inputs + ", 3, 16, 16)");
    }

    private static byte[] array(final int version, final String type, final String order, final int inputs, final String shape) {
        final String header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
        final ByteBuffer bytes = ByteBuffer.allocate(256 + inputs * ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) header.length());
        } else {
            bytes.putInt(header.length());
        }
        bytes.put(header.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < inputs * ELEMENTS; i++) {
            bytes.putFloat(i);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private String refusal(final Path path) {
        return assertThrows(InvalidModelException.class, () -> SampleFiles.of(path, model)).getMessage();
    }

    @Test
    void shouldTakeArraysAndBareFloatsInOrderOfTheirNames() throws IOException {
        Files.write(folder.resolve("b.npy"), array(1, "<f4", "False", 2));
        Files.write(folder.resolve("c.npy"), array(2, "<f4", "False", 1));
        Files.write(folder.resolve("a.f32"), new byte[ELEMENTS * Float.BYTES]);
        Files.writeString(folder.resolve("notes.txt"), "not a sample");
        final SampleFiles samples = SampleFiles.of(folder, model);
        assertEquals(4, samples.count());
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(ValueLayout.JAVA_FLOAT, ELEMENTS);
            samples.fill(0, memory);
            assertEquals(0, memory.getAtIndex(ValueLayout.JAVA_FLOAT, 5));
            samples.fill(2, memory);
            assertEquals(ELEMENTS + 5, memory.getAtIndex(ValueLayout.JAVA_FLOAT, 5));
        }
    }

    @Test
    void shouldTakeOnlyShapesThatMeanInputs() throws IOException {
        final Path file = folder.resolve("x.npy");
        for (final String shape : new String[] {"(4, 3, 16, 16)", "(4, 1, 3, 16, 16)", "(3072,)", "(4, 768)"}) {
            Files.write(file, array(1, "<f4", "False", 4, shape));
            assertEquals(4, SampleFiles.of(file, model).count(), shape);
        }
        Files.write(file, array(1, "<f4", "False", 1, "(3, 16, 16)"));
        assertEquals(1, SampleFiles.of(file, model).count());
        for (final String shape : new String[] {"(4, 16, 16, 3)", "(8, 384)", "(16, 3, 16, 4)", "(3, 4, 16, 16)", "()"}) {
            Files.write(file, array(1, "<f4", "False", 4, shape));
            assertEquals(file + ": an array of " + shape + " is no row of inputs [1, 3, 16, 16]; (N, 3, 16, 16), (3, 16, 16) and flat are "
                + "taken", refusal(file));
        }
    }

    @Test
    void shouldRefuseInOneLineWhatAreNoSamples() throws IOException {
        assertEquals(folder + ": holds no samples; give .npy or .f32 files of inputs of 'input' FLOAT[1, 3, 16, 16]", refusal(folder));
        final Path missing = folder.resolve("x.npy");
        assertEquals(missing + ": no such file or folder; name samples as .npy or .f32", refusal(missing));
        Files.write(missing, array(1, "<f8", "False", 1));
        assertEquals(missing + ": an array of '<f8'; save it as float32 in C's order", refusal(missing));
        Files.write(missing, array(1, "<f4", "True", 1));
        assertEquals(missing + ": an array of '<f4' in Fortran's order; save it as float32 in C's order", refusal(missing));
        final byte[] good = array(1, "<f4", "False", 1);
        Files.write(missing, Arrays.copyOf(good, good.length - 4));
        assertEquals(missing + ": its 3068 bytes of values are no whole number of inputs of 'input' FLOAT[1, 3, 16, 16], 3072 bytes each",
            refusal(missing));
        Files.writeString(missing, "hello, world, this is text");
        assertEquals(missing + ": no NumPy array; write it with numpy.save", refusal(missing));
    }

    @Test
    void shouldGiveOneLineOrSamplesWhenBytesAreWrong() throws IOException {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final Path file = folder.resolve("bad.npy");
        for (int i = 0; i < 300; i++) {
            final byte[] bad = array(1 + random.nextInt(2), "<f4", "False", 1);
            for (int flip = 0; flip < 3; flip++) {
                bad[random.nextInt(90)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, random.nextInt(4) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad);
            try {
                assertTrue(SampleFiles.of(file, model).count() > 0);
            } catch (final InvalidModelException e) {
                assertTrue(e.getMessage().startsWith(file.toString()) && !e.getMessage().contains("\n"),
                    "seed " + seed + ": " + e.getMessage());
            } catch (final RuntimeException e) {
                throw new AssertionError("seed " + seed + ", file " + i, e);
            }
        }
    }
}
