// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.Arrays;
import java.util.List;

/**
 * Numbers in half precision, 16 bits: conversions, pairs of them in a register of 32 bits, and the product of two matrices that a warp
 * holds together.
 */
final class PtxHalves {
    private static final String MATRIX = "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32";
    private static final List<String> OPCODES = List.of("cvt.rn.f16.f32", "cvt.f32.f16", "cvt.rn.f16x2.f32", MATRIX);
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;
    private static final int DEPTHS = 16;
    private static final int LOW = 0xFFFF;

    private final PtxRegisters registers;
    private final List<String> operands;

    PtxHalves(final PtxRegisters registers, final List<String> operands) {
        this.registers = registers;
        this.operands = operands;
    }

    /** Whether an instruction is one of these. */
    static boolean have(final String opcode, final List<String> operands) {
        return OPCODES.contains(opcode) || opcode.equals("mov.b32") && operands.getFirst().startsWith("{");
    }

    /** The operation of an instruction. */
    PtxOperation of(final String opcode) {
        return switch (opcode) {
            case "mov.b32" -> takeApart();
            case "cvt.rn.f16.f32" -> toHalf(registers.half(operands.get(0)), registers.word(operands.get(1)));
            case "cvt.f32.f16" -> toSingle(registers.word(operands.get(0)), registers.half(operands.get(1)));
            case "cvt.rn.f16x2.f32" -> toPair(registers.word(operands.get(0)), registers.word(operands.get(1)),
                registers.word(operands.get(2)));
            default -> multiply();
        };
    }

    private static int bits(final int single) {
        return Float.floatToFloat16(Float.intBitsToFloat(single)) & LOW;
    }

    private static float number(final int half) {
        return Float.float16ToFloat((short) half);
    }

    private static PtxOperation toHalf(final int to, final int from) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                warp.words[to + warp.lanes[i]] = bits(warp.words[from + warp.lanes[i]]);
            }
        };
    }

    private static PtxOperation toSingle(final int to, final int from) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                warp.words[to + warp.lanes[i]] = Float.floatToRawIntBits(number(warp.words[from + warp.lanes[i]]));
            }
        };
    }

    /** The first operand becomes the upper half. */
    private static PtxOperation toPair(final int to, final int upper, final int lower) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                warp.words[to + lane] = bits(warp.words[upper + lane]) << 16 | bits(warp.words[lower + lane]);
            }
        };
    }

    /** Registers of a list in braces. */
    private String[] list(final int index, final int count) {
        final String text = operands.get(index);
        final String[] names = text.startsWith("{") && text.endsWith("}")
            ? text.substring(1, text.length() - 1).strip().split("\\s*,\\s*") : new String[0];
        if (names.length != count) {
            throw new IllegalArgumentException(text + " is no list of " + count + " registers");
        }
        return names;
    }

    private int[] words(final int index, final int count) {
        return Arrays.stream(list(index, count)).mapToInt(registers::word).toArray();
    }

    /** {@code mov.b32 {low, high}, from}. */
    private PtxOperation takeApart() {
        final String[] names = list(0, 2);
        final int low = registers.half(names[0]);
        final int high = registers.half(names[1]);
        final int from = registers.word(operands.get(1));
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int pair = warp.words[from + warp.lanes[i]];
                warp.words[low + warp.lanes[i]] = pair & LOW;
                warp.words[high + warp.lanes[i]] = pair >>> 16;
            }
        };
    }

    /**
     * D = A B + C, of 16 x 16, 16 x 8 and 16 x 8 numbers. Row r of A and C lies in lanes 4 (r mod 8) to 4 (r mod 8) + 3, column c of B in
     * lanes 4 c to 4 c + 3; of the depths a lane has the pairs 2 t and 2 t + 8, of the columns of C and D the pair 2 t, where t is its
     * number among those four. Products are exact; a GPU may take their sum in any order and rounds at least as well as single precision
     * does. Here it is summed in double precision and rounded once.
     */
    private PtxOperation multiply() {
        final int[] to = words(0, 4);
        final int[] left = words(1, 4);
        final int[] right = words(2, 2);
        final int[] added = words(3, 4);
        return warp -> {
            if (warp.count != PtxWarp.LANES) {
                throw new PtxFault(PtxFault.Kind.DIVERGENCE, "only " + warp.count + " of 32 lanes multiply matrices: " + warp.where());
            }
            final int[] r = warp.words;
            final float[] a = new float[ROWS * DEPTHS];
            final float[] b = new float[COLUMNS * DEPTHS];
            for (int depth = 0; depth < DEPTHS; depth++) {
                final int lane = depth % 8 / 2;
                final int shift = depth % 2 * 16;
                for (int row = 0; row < ROWS; row++) {
                    a[row * DEPTHS + depth] = number(r[left[row / 8 + depth / 8 * 2] + row % 8 * 4 + lane] >>> shift);
                }
                for (int column = 0; column < COLUMNS; column++) {
                    b[column * DEPTHS + depth] = number(r[right[depth / 8] + column * 4 + lane] >>> shift);
                }
            }
            final int[] sums = new int[ROWS * COLUMNS];
            for (int i = 0; i < sums.length; i++) {
                final int row = i / COLUMNS;
                final int column = i % COLUMNS;
                double sum = Float.intBitsToFloat(r[added[row / 8 * 2 + column % 2] + row % 8 * 4 + column / 2]);
                for (int depth = 0; depth < DEPTHS; depth++) {
                    sum += (double) a[row * DEPTHS + depth] * b[column * DEPTHS + depth];
                }
                sums[i] = Float.floatToRawIntBits((float) sum);
            }
            for (int i = 0; i < sums.length; i++) { // only now: results may take the place of operands
                final int row = i / COLUMNS;
                final int column = i % COLUMNS;
                r[to[row / 8 * 2 + column % 2] + row % 8 * 4 + column / 2] = sums[i];
            }
        };
    }
}
