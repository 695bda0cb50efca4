// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.file.FileCheck;
import org.tactus.internal.file.NumpyFile;
import org.tactus.internal.graph.InvalidModelException;

/**
 * Tensors from and to files: NumPy arrays of the tensor's own type and shape, and for inputs images, scaled to the input's size, as RGB (or
 * grey) with {@code (pixel / 255 - mean) / deviation} in each channel; inputs of bytes get the pixels as they are.
 */
final class TensorFiles {
    private static final int CHANNELS = 3;
    private static final double WHITE = 255;

    private final double[] mean;
    private final double[] deviation;

    /** Means and deviations of the channels red, green, blue; one stands for all. */
    TensorFiles(final double[] mean, final double[] deviation) {
        this.mean = mean.clone();
        this.deviation = deviation.clone();
    }

    /** Fills an input from a file and says in one line what was done. */
    String read(final Path file, final TensorInfo input, final MemorySegment memory) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidModelException(file + ": " + FileCheck.absence(file) + "; give a .npy, .png or .jpg file");
        }
        final String name = file.toString().toLowerCase(Locale.ROOT);
        try {
            return name.endsWith(".npy") ? array(file, input, memory) : image(file, input, memory);
        } catch (final IOException e) {
            throw new InvalidModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String array(final Path file, final TensorInfo input, final MemorySegment memory) throws IOException {
        final NumpyFile array;
        try {
            array = NumpyFile.read(file);
        } catch (final IllegalArgumentException e) {
            throw new InvalidModelException(file + ": " + e.getMessage(), e);
        }
        final boolean oneOfABatch = !input.shape().isEmpty() && input.shape().getFirst() == 1
            && array.shape().equals(input.shape().subList(1, input.shape().size()));
        if (!array.type().equals(type(input.type())) || !array.shape().equals(input.shape()) && !oneOfABatch) {
            throw new InvalidModelException(file + ": an array of " + array.type() + array.shapeText() + ", but input " + input + " is "
                + type(input.type()) + " of " + input.shape() + "; convert it with numpy");
        }
        if (array.values().byteSize() < input.bytes()) {
            throw new InvalidModelException(file + ": a NumPy array that is cut short");
        }
        memory.copyFrom(array.values().asSlice(0, input.bytes()));
        return "input '" + input.name() + "' from " + file;
    }

    /** NumPy's name of a type; that of an integer of the same width for one that NumPy does not have. */
    static String type(final ElementType type) {
        return switch (type) {
            case FLOAT -> "<f4";
            case DOUBLE -> "<f8";
            case FLOAT16 -> "<f2";
            case INT8 -> "|i1";
            case UINT8 -> "|u1";
            case INT16 -> "<i2";
            case UINT16, BFLOAT16 -> "<u2";
            case INT32 -> "<i4";
            case UINT32 -> "<u4";
            case INT64 -> "<i8";
            case UINT64 -> "<u8";
            case BOOL -> "|b1";
        };
    }

    private String image(final Path file, final TensorInfo input, final MemorySegment memory) throws IOException {
        final BufferedImage image = ImageIO.read(file.toFile());
        if (image == null) {
            throw new InvalidModelException(file + ": no image that can be read; give a .npy, .png or .jpg file");
        }
        final List<Long> shape = input.shape();
        final int rank = shape.size();
        final boolean batched = rank == 4 && shape.getFirst() == 1;
        final List<Long> one = batched ? shape.subList(1, rank) : shape;
        final boolean first = one.size() == 3 && (one.getFirst() == 1 || one.getFirst() == CHANNELS);
        final boolean last = !first && one.size() == 3 && (one.getLast() == 1 || one.getLast() == CHANNELS);
        if (!first && !last || input.type() != ElementType.FLOAT && input.type() != ElementType.UINT8) {
            throw new InvalidModelException(file + ": an image, but input " + input + " is none of 1 or 3 channels of FLOAT or UINT8; give "
                + "a .npy file");
        }
        final int channels = one.get(first ? 0 : 2).intValue();
        final int height = one.get(first ? 1 : 0).intValue();
        final int width = one.get(first ? 2 : 1).intValue();
        final int[] pixels = scaled(image, width, height).getRGB(0, 0, width, height, null, 0, width);
        for (int at = 0; at < pixels.length; at++) {
            for (int channel = 0; channel < channels; channel++) {
                final int value = channels == 1 ? grey(pixels[at]) : pixels[at] >> 8 * (CHANNELS - 1 - channel) & 0xFF;
                final long index = first ? (long) channel * pixels.length + at : (long) at * channels + channel;
                if (input.type() == ElementType.UINT8) {
                    memory.set(ValueLayout.JAVA_BYTE, index, (byte) value);
                } else {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, index,
                        (float) ((value / WHITE - of(mean, channel)) / of(deviation, channel)));
                }
            }
        }
        return "input '" + input.name() + "' from " + file + ", " + image.getWidth() + "x" + image.getHeight()
            + (image.getWidth() == width && image.getHeight() == height ? "" : " scaled to " + width + "x" + height) + ", "
            + (channels == 1 ? "grey" : "RGB") + (first ? ", channels first, " : ", channels last, ")
            + (input.type() == ElementType.UINT8 ? "pixels as they are" : "(pixel / 255 - mean) / deviation with mean "
            + Arrays.toString(mean) + " and deviation " + Arrays.toString(deviation));
    }

    private static double of(final double[] values, final int channel) {
        return values[values.length == 1 ? 0 : channel];
    }

    /** Luma of ITU-R BT.601. */
    private static int grey(final int rgb) {
        return (int) Math.round(0.299 * (rgb >> 16 & 0xFF) + 0.587 * (rgb >> 8 & 0xFF) + 0.114 * (rgb & 0xFF));
    }

    private static BufferedImage scaled(final BufferedImage image, final int width, final int height) {
        final BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        final Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }
}
