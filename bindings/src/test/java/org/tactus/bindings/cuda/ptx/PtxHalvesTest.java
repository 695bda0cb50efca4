// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Half precision on the interpreter. The oracle of the matrix product is a plain one in double precision over matrices; where their
 * numbers lie in registers is written down here as the PTX manual states it, by lane and element, apart from the interpreter's own words.
 */
class PtxHalvesTest {
    private static final String HEAD = ".version 7.0\n.target sm_80\n.address_size 64\n";
    private static final int LANES = 32;
    /** Words of a lane: four of A, two of B, four of C, four of D. */
    private static final int WORDS = 14;
    private static final String MULTIPLY = HEAD + """
        .visible .entry multiply(.param .u64 at)
        {
            .reg .u32 %t;
            .reg .u64 %at;
            .reg .b32 %h<6>;
            .reg .f32 %f<8>;
            ld.param.u64 %at, [at];
            mov.u32 %t, %tid.x;
            mad.wide.u32 %at, %t, 56, %at;
            ld.global.b32 %h0, [%at];
            ld.global.b32 %h1, [%at+4];
            ld.global.b32 %h2, [%at+8];
            ld.global.b32 %h3, [%at+12];
            ld.global.b32 %h4, [%at+16];
            ld.global.b32 %h5, [%at+20];
            ld.global.f32 %f0, [%at+24];
            ld.global.f32 %f1, [%at+28];
            ld.global.f32 %f2, [%at+32];
            ld.global.f32 %f3, [%at+36];
            mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%D0, %D1, %D2, %D3}, {%h0, %h1, %h2, %h3}, {%h4, %h5},
                {%f0, %f1, %f2, %f3};
            st.global.f32 [%at+40], %D0;
            st.global.f32 [%at+44], %D1;
            st.global.f32 [%at+48], %D2;
            st.global.f32 [%at+52], %D3;
            ret;
        }
        """;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(LANES * WORDS * 4L, 64);

    @AfterEach
    void close() {
        arena.close();
    }

    private void launch(final String text, final String entry, final int threads) {
        new PtxLaunch(PtxKernel.parse(text, entry), new int[] {1, 1, 1}, new int[] {threads, 1, 1}, 1, memory.address())
            .run(PtxMemory.of(memory));
    }

    private void putHalf(final int lane, final int element, final float value) {
        memory.set(ValueLayout.JAVA_SHORT, lane * WORDS * 4L + element * 2L, Float.floatToFloat16(value));
    }

    private static float half(final SplittableRandom random) {
        return Float.float16ToFloat(Float.floatToFloat16((float) ((random.nextDouble() * 2 - 1) * Math.pow(2, random.nextInt(-10, 8)))));
    }

    /** The rows and columns of the manual's section on fragments of mma.m16n8k16 with numbers in floating point. */
    private void put(final float[][] a, final float[][] b, final float[][] c) {
        for (int lane = 0; lane < LANES; lane++) {
            final int groupId = lane >> 2;
            final int threadIdInGroup = lane % 4;
            for (int i = 0; i < 8; i++) {
                final int row = i < 2 || i >= 4 && i < 6 ? groupId : groupId + 8;
                final int column = threadIdInGroup * 2 + (i & 1) + (i < 4 ? 0 : 8);
                putHalf(lane, i, a[row][column]);
            }
            for (int i = 0; i < 4; i++) {
                putHalf(lane, 8 + i, b[threadIdInGroup * 2 + (i & 1) + (i < 2 ? 0 : 8)][groupId]);
                final int row = i < 2 ? groupId : groupId + 8;
                memory.set(ValueLayout.JAVA_FLOAT, lane * WORDS * 4L + 24 + 4L * i, c[row][threadIdInGroup * 2 + (i & 1)]);
            }
        }
    }

    @Test
    void shouldMultiplyDrawnMatricesAsDoublePrecisionDoes() {
        for (final String results : new String[] {"%f4|%f5|%f6|%f7", "%f0|%f1|%f2|%f3"}) { // of their own, and over what is added
            final String[] names = results.split("\\|");
            String text = MULTIPLY;
            for (int i = 0; i < 4; i++) {
                text = text.replace("%D" + i, names[i]);
            }
            for (long seed = 1; seed <= 40; seed++) {
                final SplittableRandom random = new SplittableRandom(seed);
                final float[][] a = new float[16][16];
                final float[][] b = new float[16][8];
                final float[][] c = new float[16][8];
                for (int i = 0; i < 16; i++) {
                    for (int k = 0; k < 16; k++) {
                        a[i][k] = half(random);
                    }
                    for (int j = 0; j < 8; j++) {
                        b[i][j] = half(random);
                        c[i][j] = (float) (random.nextDouble() * 200 - 100);
                    }
                }
                put(a, b, c);
                launch(text, "multiply", LANES);
                for (int lane = 0; lane < LANES; lane++) {
                    for (int i = 0; i < 4; i++) {
                        final int row = (lane >> 2) + (i < 2 ? 0 : 8);
                        final int column = lane % 4 * 2 + (i & 1);
                        double sum = c[row][column];
                        double size = Math.abs(sum);
                        for (int k = 0; k < 16; k++) {
                            sum += (double) a[row][k] * b[k][column];
                            size += Math.abs((double) a[row][k] * b[k][column]);
                        }
                        assertEquals(sum, memory.get(ValueLayout.JAVA_FLOAT, lane * WORDS * 4L + 40 + 4L * i), size * 0x1p-23,
                            "row " + row + ", column " + column + ", seed " + seed);
                    }
                }
            }
        }
    }

    @Test
    void shouldConvertAsTheFormatSaysWhenNumbersAreDrawn() {
        final String text = HEAD + """
            .visible .entry convert(.param .u64 at)
            {
                .reg .u64 %at; .reg .f32 %f<5>; .reg .b32 %h; .reg .b16 %q<3>;
                ld.param.u64 %at, [at];
                ld.global.v2.f32 {%f0, %f1}, [%at];
                cvt.rn.f16x2.f32 %h, %f1, %f0;
                st.global.b32 [%at+8], %h;
                mov.b32 {%q0, %q1}, %h;
                cvt.f32.f16 %f2, %q0;
                cvt.f32.f16 %f3, %q1;
                cvt.rn.f16.f32 %q2, %f1;
                cvt.f32.f16 %f4, %q2;
                st.global.v2.f32 [%at+16], {%f2, %f3};
                st.global.f32 [%at+24], %f4;
                max.NaN.f32 %f2, %f0, 0fC77FE000;
                min.NaN.f32 %f2, %f2, 0f477FE000;
                st.global.f32 [%at+28], %f2;
                ret;
            }
            """;
        final SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 2000; i++) {
            final float low = i == 0 ? Float.NaN : i == 1 ? 65519 : i == 2 ? -1e9f : Float.intBitsToFloat(random.nextInt());
            final float high = (float) ((random.nextDouble() * 2 - 1) * Math.pow(2, random.nextInt(-27, 16)));
            memory.set(ValueLayout.JAVA_FLOAT, 0, low);
            memory.set(ValueLayout.JAVA_FLOAT, 4, high);
            launch(text, "convert", 1);
            final double[] said = {nearest(low), nearest(high), nearest(high)};
            for (int k = 0; k < said.length; k++) {
                assertEquals(said[k], memory.get(ValueLayout.JAVA_FLOAT, 16 + 4L * k), "number " + k + " of " + low + " and " + high);
            }
            assertEquals(Float.isNaN(low) ? Float.NaN : Math.clamp(low, -65504, 65504), memory.get(ValueLayout.JAVA_FLOAT, 28));
            if (!Float.isNaN(low)) {
                assertEquals(nearest(low), Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT, 8)), "the last operand is below");
            }
        }
    }

    /** The nearest number of 11 digits, none below 2 to the power of -24, ties to even; infinite from 65520 on. */
    private static double nearest(final double x) {
        if (Double.isNaN(x) || Double.isInfinite(x) || x == 0) {
            return x;
        }
        final double unit = Math.pow(2, Math.max(-14, Math.getExponent(x)) - 10);
        final double rounded = Math.rint(x / unit) * unit;
        return Math.abs(rounded) > 65504 ? Math.copySign(Double.POSITIVE_INFINITY, x) : rounded;
    }

    @Test
    void shouldFindALaneThatIsMissingWhenMatricesAreMultiplied() {
        final String text = MULTIPLY.replace("%D", "%f").replace("mma.sync", "setp.lt.u32 %p, %t, 31; @%p mma.sync")
            .replace(".reg .u32 %t;", ".reg .u32 %t; .reg .pred %p;");
        final PtxFault fault = assertThrows(PtxFault.class, () -> launch(text, "multiply", LANES));
        assertEquals(PtxFault.Kind.DIVERGENCE, fault.kind());
        assertTrue(fault.getMessage().startsWith("only 31 of 32 lanes multiply matrices: "), fault.getMessage());
        assertEquals(-1, fault.getMessage().indexOf('\n'), fault.getMessage());
        assertEquals(PtxFault.Kind.DIVERGENCE,
            assertThrows(PtxFault.class, () -> launch(MULTIPLY.replace("%D", "%f"), "multiply", 24)).kind());
    }

    private String refusal(final String statement) {
        final String text = HEAD + ".visible .entry odd(.param .u64 at)\n{\n.reg .b32 %h<8>; .reg .f32 %f<4>; .reg .b16 %q<2>; "
            + ".reg .u64 %a;\n" + statement + ";\nret;\n}";
        final String message = assertThrows(IllegalArgumentException.class, () -> PtxKernel.parse(text, "odd")).getMessage();
        assertTrue(message.contains(statement), message);
        return message;
    }

    @Test
    void shouldRefuseFormsThatItDoesNotKnow() {
        refusal("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, %f3}, {%h0, %h1}, {%h2}, {%f0, %f1, %f2, %f3}");
        assertTrue(refusal("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, %f3}, {%h0, %h1}, {%h2, %h3},"
            + " {%f0, %f1, %f2, %f3}").endsWith("{%h0, %h1} is no list of 4 registers"));
        refusal("cvt.f16x2.f32 %h0, %f0, %f1"); // which way to round must be said
        refusal("ld.global.b16 %q0, [%a]");
        refusal("cvt.f32.f16 %f0, %h0");
        refusal("add.f32 %f0, %f1, %q0");
    }
}
