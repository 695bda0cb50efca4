// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tactus.bench.accuracy.NumpyHeader;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus experiment frames}: parts of drawn streets as NumPy arrays, for the trainer of the case studies' detector. */
@Command(name = "frames", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Draws streets and writes parts of their frames as images.npy (bytes) and the cars and pedestrians in them as boxes.npy.")
public final class FramesCommand implements Callable<Integer> {
    private static final int MOST = 1_000_000;

    @Spec
    private CommandSpec spec;
    @Option(names = "--seed", defaultValue = "1000000", description = "Seed of the streets: 1000000 trained the network, 2000000 told how "
        + "well; case studies have others (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--count", defaultValue = "800", description = "Number of parts, 8 a frame (default: ${DEFAULT-VALUE}).")
    private int count;
    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the two files.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, count >= 1 && count <= MOST, "--count " + count + " is out of range; give 1 to " + MOST);
        OutputFolder.make(out);
        final ByteBuffer boxes = ByteBuffer.allocate(Math.multiplyExact(count, TrainingCrops.BOXES * TrainingCrops.FIELDS * Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
        WholeFile.write(out.resolve("images.npy"), file -> {
            final OutputStream images = new BufferedOutputStream(file);
            images.write(NumpyHeader.of("|u1", count + ", 3, " + TrainingCrops.HEIGHT + ", " + TrainingCrops.WIDTH));
            final TrainingCrops crops = new TrainingCrops(seed);
            final byte[] pixels = new byte[TrainingCrops.ELEMENTS];
            final float[] told = new float[TrainingCrops.BOXES * TrainingCrops.FIELDS];
            for (int i = 0; i < count; i++) {
                crops.next(pixels, told);
                images.write(pixels);
                for (final float number : told) {
                    boxes.putFloat(number);
                }
            }
            images.flush();
        });
        WholeFile.write(out.resolve("boxes.npy"), file -> {
            file.write(NumpyHeader.of("<f4", count + ", " + TrainingCrops.BOXES + ", " + TrainingCrops.FIELDS));
            file.write(boxes.array());
        });
        final PrintWriter printer = spec.commandLine().getOut();
        printer.println(Lines.wrap("Wrote " + count + " parts of frames to " + out));
        printer.flush();
        return ExitStatus.GOOD;
    }
}
