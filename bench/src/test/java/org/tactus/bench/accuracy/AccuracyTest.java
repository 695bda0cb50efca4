// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.Mixture;
import org.tactus.internal.quantise.SampleFiles;
import picocli.CommandLine;

class AccuracyTest {
    private static final long DAY_CHECKSUM = 0x74657f97L;
    private static final long NIGHT_CHECKSUM = 0x33a66601L;
    private static final int[] NIGHT_LABELS = {15, 20, 38, 29, 36, 17, 37, 22, 24, 35, 33, 25, 14};
    private static final double LEAST_BY_NIGHT = 68;

    private static int run(final StringWriter said, final String... words) {
        return new CommandLine(new ExperimentCommand()).setOut(new PrintWriter(said)).setErr(new PrintWriter(said)).execute(words);
    }

    @Test
    void shouldDrawTheHeldOutImagesAlikeAnywhere() {
        assertEquals(DAY_CHECKSUM, checksum(SignImages.Kind.DAY, 255, 15, 0, 18, 9, 16, 17, 17, 2, 4, 15, 13, 5));
        assertEquals(NIGHT_CHECKSUM, checksum(SignImages.Kind.NIGHT, 65_535, NIGHT_LABELS));
    }

    /** Of forty images, in steps, whose first labels are held against those given. */
    private static long checksum(final SignImages.Kind kind, final int steps, final int... labels) {
        final SignImages signs = new SignImages(kind, SignImages.TEST_SEED);
        final CRC32 checksum = new CRC32();
        final float[] image = new float[SignImages.ELEMENTS];
        for (int i = 0; i < 40; i++) {
            final int label = signs.draw(i, image, 0);
            assertTrue(i >= labels.length || label == labels[i], "image " + i + " is of class " + label);
            for (final float value : image) {
                final int step = Math.round(steps * value);
                checksum.update(step);
                if (steps > 255) {
                    checksum.update(step >> 8);
                }
            }
        }
        return checksum.getValue();
    }

    @Test
    void shouldRecogniseSignsInFloatingPointAndInInt8() {
        final LabelledImages images = new LabelledImages(SignImages.Kind.DAY, SignImages.TEST_SEED, 300);
        final SignNetwork network = new SignNetwork(SignImages.Kind.DAY, Mixture.REDUCED_WEIGHTS, SignNetwork.CALIBRATION_SHARE);
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
        final SampleFiles samples = SampleFiles.of(folder.resolve("images.npy"), LayeredModel.of(SignNetwork.load(SignImages.Kind.DAY)));
        assertEquals(3, samples.count());
        final LabelledImages drawn = new LabelledImages(SignImages.Kind.DAY, SignImages.CALIBRATION_SEED, 3);
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
    void shouldLoseByNightWhatTheAnswersSay() {
        final LabelledImages images = new LabelledImages(SignImages.Kind.NIGHT, SignImages.TEST_SEED, 400);
        final SignNetwork network = new SignNetwork(SignImages.Kind.NIGHT, Mixture.REDUCED_WEIGHTS, SignNetwork.CALIBRATION_SHARE);
        final MixtureAnswers answers = new MixtureAnswers(network.fp32(), images);
        final int[] plain = SignNetwork.answers(network.fp32(), images);
        final int[] bytes = SignNetwork.answers(network.fp32().with(answers.all()), images);
        assertTrue(SignNetwork.accuracy(plain, images) >= LEAST_BY_NIGHT, "floating point " + SignNetwork.accuracy(plain, images));
        final MixtureAnswers.Difference difference = answers.difference(answers.all());
        assertEquals(SignNetwork.accuracy(bytes, images) - SignNetwork.accuracy(plain, images), difference.points(), 1e-9);
        int changed = 0;
        double squares = 0;
        for (int i = 0; i < plain.length; i++) {
            changed += plain[i] != bytes[i] ? 1 : 0;
            final int better = (bytes[i] == images.label(i) ? 1 : 0) - (plain[i] == images.label(i) ? 1 : 0);
            squares += Math.pow(better - difference.points() / 100, 2);
        }
        assertEquals(changed / 4.0, difference.changed(), 1e-9);
        assertEquals(100 * Math.sqrt(squares) / plain.length, difference.error(), 1e-9);
        assertTrue(changed > 4, "int8 changes " + changed + " of 400 answers");
        assertEquals(0, answers.difference(new boolean[answers.all().length]).changed());
    }

    /** The runtime would put such a layer on bytes as well, one scale for all channels: forty points less. */
    @Test
    void shouldComputeALayerInFloatingPointWhenItsNeighboursAreInInt8() {
        final SignNetwork network = new SignNetwork(SignImages.Kind.NIGHT, Mixture.REDUCED_WEIGHTS, SignNetwork.CALIBRATION_SHARE);
        final MixtureAnswers answers = new MixtureAnswers(
            network.fp32(), new LabelledImages(SignImages.Kind.NIGHT, SignImages.TEST_SEED, 200));
        final boolean[] allButTheDepthwise = answers.all();
        allButTheDepthwise[1] = false;
        final MixtureAnswers.Difference difference = answers.difference(allButTheDepthwise);
        assertTrue(difference.points() > -8, difference.toString());
    }

    private static List<String> accuracy(final Path folder, final String... more) {
        final StringWriter said = new StringWriter();
        final List<String> words = new ArrayList<>(List.of("accuracy", "--network", "day", "--sets", "8", "--evaluated", "1", "--images",
            "20", "--format", "csv", "--out", folder.toString()));
        words.addAll(List.of(more));
        assertEquals(0, run(said, words.toArray(String[]::new)), said.toString());
        return said.toString().lines().toList();
    }

    @Test
    void shouldGiveTheSameResultForAnyNumberOfThreads(@TempDir final Path folder) throws Exception {
        final List<String> one = accuracy(folder, "--cpu-ratio", "1..30", "--cpu-time", "int8", "--threads", "1");
        assertEquals(one, accuracy(folder, "--cpu-ratio", "1..30", "--cpu-time", "int8", "--threads", "3"));
        assertTrue(one.stream().anyMatch(line -> line.startsWith("int8,1..30,") && line.contains(",true,")), "planned without losses");
        assertTrue(Files.readString(folder.resolve("accuracy.svg")).contains("Top-1 less that of floating point"));
        assertTrue(Files.size(folder.resolve("accuracy.png")) > 10_000);
        assertTrue(Files.size(folder.resolve("accuracy-shares.png")) > 10_000);
        assertEquals(16, Files.readAllLines(folder.resolve("accuracy-layers.csv")).size());
        assertEquals(1 + 11 * 7, Files.readAllLines(folder.resolve("accuracy-shares.csv")).size());
    }

    @Test
    void shouldPlanMoreWhenUtilisationCountsTheTimeBeforeQuantisation(@TempDir final Path folder) {
        final List<String> rows = accuracy(folder, "--cpu-ratio", "measured,2..8", "--utilisation", "1.2..1.7");
        for (final String ratio : List.of("measured", "2..8")) {
            final long counted = rows.stream().filter(row -> row.startsWith("int8," + ratio + ",1.20,1.70,false")).count();
            final long before = rows.stream().filter(row -> row.startsWith("fp32," + ratio + ",1.20,1.70,false")).count();
            assertTrue(before >= counted && before > 0, ratio + ": " + counted + " and " + before);
        }
        assertTrue(rows.stream().skip(1).allMatch(row -> row.split(",", -1).length == 11), "eleven columns");
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        for (final String[] wrong : new String[][] {{"--sets", "0"}, {"--utilisation", "x"}, {"--utilisation", "3..2"},
            {"--cpu-ratio", "0..1"}, {"--cpu-time", "int4"}, {"--cpu-form", "int4"},
            {"--network", "noon"}, {"--evaluated", "0"}, {"--images", "-1"}, {"--format", "xml"}}) {
            assertEquals(2, run(new StringWriter(), "accuracy", wrong[0], wrong[1]));
        }
        assertEquals(2, run(new StringWriter(), "images", "--count", "0", "--out", "x"));
        assertEquals(2, run(new StringWriter(), "images", "--kind", "noon", "--out", "x"));
    }
}
