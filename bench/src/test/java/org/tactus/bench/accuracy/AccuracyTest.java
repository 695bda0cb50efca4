package org.tactus.bench.accuracy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.experiment.ExperimentCommand;
import org.tactus.inference.LayeredModel;
import org.tactus.inference.Mixture;
import org.tactus.inference.SampleFiles;
import picocli.CommandLine;

class AccuracyTest {
    private static final long HELD_OUT_CHECKSUM = 0x74657f97L;

    private static int run(final StringWriter said, final String... words) {
        return new CommandLine(new ExperimentCommand()).setOut(new PrintWriter(said)).setErr(new PrintWriter(said)).execute(words);
    }

    @Test
    void shouldDrawTheHeldOutImagesAlikeAnywhere() {
        final SignImages signs = new SignImages(SignImages.TEST_SEED);
        final CRC32 checksum = new CRC32();
        final int[] labels = new int[12];
        final float[] image = new float[SignImages.ELEMENTS];
        for (int i = 0; i < 40; i++) {
            final int label = signs.draw(i, image, 0);
            if (i < labels.length) {
                labels[i] = label;
            }
            for (final float value : image) {
                checksum.update(Math.round(255 * value));
            }
        }
        assertArrayEquals(new int[] {15, 0, 18, 9, 16, 17, 17, 2, 4, 15, 13, 5}, labels);
        assertEquals(HELD_OUT_CHECKSUM, checksum.getValue());
    }

    @Test
    void shouldRecogniseSignsInFloatingPointAndInInt8() {
        final LabelledImages images = new LabelledImages(SignImages.TEST_SEED, 300);
        final SignNetwork network = new SignNetwork(Mixture.REDUCED_WEIGHTS, SignNetwork.CALIBRATION_SHARE);
        final LayeredModel model = network.fp32().layers();
        final boolean[] all = new boolean[model.layers().size()];
        for (int j = 0; j < all.length; j++) {
            all[j] = model.layers().get(j).hasInt8();
        }
        final double exact = SignNetwork.accuracy(SignNetwork.answers(network.fp32(), images), images);
        final double bytes = SignNetwork.accuracy(SignNetwork.answers(network.fp32().with(all), images), images);
        assertTrue(exact >= 95, "floating point " + exact);
        assertEquals(exact, bytes, 1.5);
    }

    @Test
    void shouldWriteImagesThatTheQuantiserReads(@TempDir final Path folder) throws Exception {
        assertEquals(0, run(new StringWriter(), "images", "--seed", "2", "--count", "3", "--out", folder.toString()));
        final SampleFiles samples = SampleFiles.of(folder.resolve("images.npy"), LayeredModel.of(SignNetwork.load()));
        assertEquals(3, samples.count());
        final LabelledImages drawn = new LabelledImages(SignImages.CALIBRATION_SEED, 3);
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            final var read = arena.allocate(SignImages.ELEMENTS * 4L, 4);
            final var own = arena.allocate(SignImages.ELEMENTS * 4L, 4);
            samples.fill(2, read);
            drawn.fill(2, own);
            assertEquals(-1, read.mismatch(own));
        }
        assertEquals(128 + 3, Files.size(folder.resolve("labels.npy")));
    }

    @Test
    void shouldGiveTheSameResultForAnyNumberOfThreads(@TempDir final Path folder) throws Exception {
        final StringWriter one = new StringWriter();
        final StringWriter three = new StringWriter();
        final List<String> words = List.of("accuracy", "--sets", "12", "--images", "20", "--cpu-ratio", "1..30", "--format", "csv", "--out",
            folder.toString(), "--threads");
        assertEquals(0, run(one, java.util.stream.Stream.concat(words.stream(), java.util.stream.Stream.of("1")).toArray(String[]::new)));
        assertEquals(0, run(three, java.util.stream.Stream.concat(words.stream(), java.util.stream.Stream.of("3")).toArray(String[]::new)));
        assertEquals(one.toString(), three.toString());
        assertTrue(one.toString().contains("true"), one.toString());
        assertTrue(Files.readString(folder.resolve("accuracy.svg")).contains("Top-1 less that of floating point"));
        assertTrue(Files.size(folder.resolve("accuracy.png")) > 10_000);
        assertEquals(16, Files.readAllLines(folder.resolve("accuracy-layers.csv")).size());
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        for (final String[] wrong : new String[][] {{"--sets", "0"}, {"--utilisation", "x"}, {"--utilisation", "3..2"},
            {"--cpu-ratio", "0..1"}, {"--images", "-1"}, {"--format", "xml"}}) {
            assertEquals(2, run(new StringWriter(), "accuracy", wrong[0], wrong[1]));
        }
        assertEquals(2, run(new StringWriter(), "images", "--count", "0", "--out", "x"));
    }
}
