// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tactus experiment images}: the drawn signs as NumPy arrays, for the trainer and as samples for {@code tactus quantize}. */
@Command(name = "images", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Draws traffic-sign-like images and writes images.npy (32-bit floats) and labels.npy (bytes).")
public final class ImagesCommand implements Callable<Integer> {
    private static final int MOST = 1_000_000;

    @Spec
    private CommandSpec spec;
    @Option(names = "--kind", defaultValue = "day", paramLabel = "day|night", description = "Twenty signs by day, or forty by night "
        + "(default: ${DEFAULT-VALUE}).")
    private String kind;
    @Option(names = "--seed", defaultValue = "1", description = "Seed of the set: 1 trained the networks, 2 calibrates them, 3 is held out "
        + "(default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--count", defaultValue = "1000", description = "Number of images (default: ${DEFAULT-VALUE}).")
    private int count;
    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the two files.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        if (count < 1 || count > MOST) {
            throw new ParameterException(spec.commandLine(), "--count " + count + " is out of range; give 1 to " + MOST);
        }
        final SignImages.Kind drawn = SignImages.Kind.of(kind).orElseThrow(
            () -> new ParameterException(spec.commandLine(), "--kind " + kind + " is unknown; use day or night"));
        OutputFolder.make(out);
        final byte[] labels = new byte[count];
        WholeFile.write(out.resolve("images.npy"), file -> {
            final OutputStream images = new BufferedOutputStream(file);
            images.write(NumpyHeader.of("<f4", count + ", " + SignImages.CHANNELS + ", " + SignImages.SIZE + ", " + SignImages.SIZE));
            final SignImages signs = new SignImages(drawn, seed);
            final float[] image = new float[SignImages.ELEMENTS];
            final ByteBuffer bytes = ByteBuffer.allocate(SignImages.ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                labels[i] = (byte) signs.draw(i, image, 0);
                bytes.clear().asFloatBuffer().put(image);
                images.write(bytes.array());
            }
            images.flush();
        });
        WholeFile.write(out.resolve("labels.npy"), file -> {
            file.write(NumpyHeader.of("|u1", count + ","));
            file.write(labels);
        });
        final PrintWriter printer = spec.commandLine().getOut();
        printer.println(Lines.wrap("Wrote " + count + " images to " + out));
        printer.flush();
        return 0;
    }
}
