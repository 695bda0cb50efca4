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

class PtxKernelTest {
    private static final String HEAD = ".version 6.0\n.target sm_50\n.address_size 64\n";
    /** Each thread writes its number into shared memory, and reads that of the thread at the other end of the block. */
    private static final String REVERSE = HEAD + """
        .visible .entry reverse(.param .u64 out, .param .u32 last)
        {
            .reg .u32 %t, %o, %at, %last;
            .reg .u64 %p;
            .shared .align 16 .b8 before[64];
            .shared .align 16 .b8 tile[1024];
            ld.param.u64 %p, [out];
            ld.param.u32 %last, [last];
            mov.u32 %t, %tid.x;
            mov.u32 %at, tile;
            mad.lo.u32 %at, %t, 4, %at;
            st.shared.u32 [%at], %t;
            BARRIER
            sub.u32 %o, %last, %t;
            mov.u32 %at, tile;
            mad.lo.u32 %at, %o, 4, %at;
            ld.shared.u32 %o, [%at];
            mad.wide.u32 %p, %t, 4, %p;
            st.global.u32 [%p], %o;
            ret;
        }
        """;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(4096, 64);

    @AfterEach
    void close() {
        arena.close();
    }

    private void launch(final String ptx, final String entry, final int threads, final long seed, final long... arguments) {
        new PtxLaunch(PtxKernel.parse(ptx, entry), new int[] {1, 1, 1}, new int[] {threads, 1, 1}, seed, arguments)
            .run(PtxMemory.of(memory));
    }

    private int word(final int index) {
        return memory.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    private int wrongWords(final String ptx, final int threads, final long seed) {
        launch(ptx, "reverse", threads, seed, memory.address(), threads - 1);
        int wrong = 0;
        for (int i = 0; i < threads; i++) {
            wrong += word(i) == threads - 1 - i ? 0 : 1;
        }
        return wrong;
    }

    @Test
    void shouldSeeWhatOtherWarpsWroteWhenABarrierIsBetween() {
        for (int seed = 0; seed < 20; seed++) {
            assertEquals(0, wrongWords(REVERSE.replace("BARRIER", "bar.sync 0;"), 200, seed), "seed " + seed);
        }
    }

    @Test
    void shouldShowAMissingBarrierInEveryOrderOfTheWarps() {
        for (int seed = 0; seed < 20; seed++) {
            assertTrue(wrongWords(REVERSE.replace("BARRIER", ""), 200, seed) >= 64, "seed " + seed);
        }
    }

    @Test
    void shouldRunEachLaneItsOwnWayAndMeetAgainWhenLoopsDiffer() {
        final String steps = HEAD + """
            .visible .entry steps(.param .u64 out)
            {
                .reg .pred %p<2>;
                .reg .u32 %n, %t, %odd, %count, %sum;
                .reg .u64 %out;
                ld.param.u64 %out, [out];
                mov.u32 %t, %tid.x;
                add.u32 %n, %t, 1;
                mov.u32 %count, 0;
            more: // of the Collatz sequence
                setp.eq.u32 %p0, %n, 1;
                @%p0 bra done;
                add.u32 %count, %count, 1;
                and.b32 %odd, %n, 1;
                setp.ne.u32 %p1, %odd, 0;
                @!%p1 bra even;
                mad.lo.u32 %n, %n, 3, 1;
                bra more;
            even:
                shr.u32 %n, %n, 1;
                bra more;
            done:
                shfl.sync.bfly.b32 %sum, %count, 1, 31, -1;
                add.u32 %sum, %sum, %count;
                mad.wide.u32 %out, %t, 8, %out;
                st.global.v2.u32 [%out], {%count, %sum};
                ret;
            }
            """;
        launch(steps, "steps", 64, 1, memory.address());
        for (int i = 0; i < 64; i++) {
            assertEquals(collatz(i + 1), word(2 * i), "thread " + i);
            assertEquals(collatz(i + 1) + collatz((i ^ 1) + 1), word(2 * i + 1), "thread " + i);
        }
    }

    private static int collatz(final int from) {
        int count = 0;
        for (int n = from; n != 1; n = n % 2 == 0 ? n / 2 : 3 * n + 1) {
            count++;
        }
        return count;
    }

    @Test
    void shouldComputeAsJavaDoesWhenOperandsAreDrawn() {
        final String text = HEAD + """
            .visible .entry ops(.param .u64 out, .param .u32 a, .param .u32 b)
            {
                .reg .pred %p<4>;
                .reg .u32 %a, %b, %r<12>;
                .reg .u64 %out, %w<3>;
                ld.param.u64 %out, [out];
                ld.param.u32 %a, [a];
                ld.param.u32 %b, [b];
                div.u32 %r0, %a, %b;
                rem.u32 %r1, %a, %b;
                mul.hi.u32 %r2, %a, %b;
                shr.u32 %r3, %a, 7;
                setp.lt.s32 %p0, %a, %b;
                setp.lt.and.u32 %p1, %a, %b, %p0;
                setp.lt.or.u32 %p2, %a, %b, !%p0;
                selp.b32 %r4, 1, 0, %p0;
                selp.b32 %r5, 1, 0, %p1;
                selp.b32 %r6, 1, 0, %p2;
                mul.wide.s32 %w0, %a, %b;
                mul.wide.u32 %w1, %a, %b;
                fma.rn.f32 %r7, %a, %b, %a;
                setp.le.f32 %p3, %a, %b;
                selp.b32 %r8, 1, 0, %p3;
                max.f32 %r9, %a, %b;
                st.global.u32 [%out], %r0;
                st.global.u32 [%out+4], %r1;
                st.global.u32 [%out+8], %r2;
                st.global.u32 [%out+12], %r3;
                st.global.v4.u32 [%out+16], {%r4, %r5, %r6, %r7};
                st.global.v2.u32 [%out+32], {%r8, %r9};
                st.global.u64 [%out+40], %w0;
                st.global.u64 [%out+48], %w1;
                ret;
            }
            """;
        final PtxKernel kernel = PtxKernel.parse(text, "ops");
        final long seed = 11;
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 500; i++) {
            final int a = i == 0 ? 0x7FC00000 : random.nextInt() >>> random.nextInt(20);
            final int b = Math.max(1, random.nextInt() >>> random.nextInt(20));
            final float x = Float.intBitsToFloat(a);
            final float y = Float.intBitsToFloat(b);
            new PtxLaunch(kernel, new int[] {1, 1, 1}, new int[] {1, 1, 1}, 0, memory.address(), a, b).run(PtxMemory.of(memory));
            final boolean less = Integer.compareUnsigned(a, b) < 0;
            final int[] expected = {Integer.divideUnsigned(a, b), Integer.remainderUnsigned(a, b),
                (int) Math.unsignedMultiplyHigh((a & 0xFFFFFFFFL) << 32, b & 0xFFFFFFFFL), a >>> 7, a < b ? 1 : 0, less && a < b ? 1 : 0,
                less || a >= b ? 1 : 0, Float.floatToRawIntBits(Math.fma(x, y, x)), x <= y ? 1 : 0};
            for (int k = 0; k < expected.length; k++) {
                assertEquals(expected[k], word(k), "result " + k + " of " + a + " and " + b + ", seed " + seed);
            }
            assertEquals(Float.isNaN(x) ? y : Float.isNaN(y) ? x : Math.max(x, y), Float.intBitsToFloat(word(9)), "seed " + seed);
            assertEquals((long) a * b, memory.get(ValueLayout.JAVA_LONG, 40));
            assertEquals((a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL), memory.get(ValueLayout.JAVA_LONG, 48));
        }
    }

    private PtxFault.Kind fault(final String body, final int threads) {
        final String text = HEAD + ".visible .entry broken(.param .u64 at)\n{\n.reg .pred %p; .reg .u32 %r; .reg .u64 %a;\n"
            + ".shared .align 4 .b8 tile[16];\nld.param.u64 %a, [at];\nmov.u32 %r, %tid.x;\n" + body + "\nret;\n}";
        return assertThrows(PtxFault.class, () -> launch(text, "broken", threads, 1, memory.address())).kind();
    }

    @Test
    void shouldFindWhatAGpuDoesNotAllow() {
        assertEquals(PtxFault.Kind.ADDRESS, fault("ld.global.u32 %r, [%a+4096];", 1));
        assertEquals(PtxFault.Kind.ADDRESS, fault("sub.u64 %a, %a, 4; st.global.u32 [%a], %r;", 1));
        assertEquals(PtxFault.Kind.ADDRESS, fault("st.shared.u32 [tile+16], %r;", 1));
        assertEquals(PtxFault.Kind.ALIGNMENT, fault("ld.global.u32 %r, [%a+2];", 1));
        assertEquals(PtxFault.Kind.ALIGNMENT, fault("st.global.v2.u32 [%a+4], {%r, %r};", 1));
        assertEquals(PtxFault.Kind.DIVERGENCE, fault("setp.lt.u32 %p, %r, 3; @%p bra.uni out; bar.sync 0; out:", 40));
        assertEquals(PtxFault.Kind.DIVERGENCE, fault("setp.lt.u32 %p, %r, 3; @%p shfl.sync.bfly.b32 %r, %r, 1, 31, -1;", 32));
    }

    @Test
    void shouldNameTheKernelWhenItsTextEndsTooEarly() {
        for (int end = REVERSE.indexOf("reverse"); end < REVERSE.lastIndexOf('}'); end++) {
            final String text = REVERSE.substring(0, end);
            if (PtxKernel.declares(text, "reverse")) {
                final String message = assertThrows(IllegalArgumentException.class, () -> PtxKernel.parse(text, "reverse")).getMessage();
                assertTrue(message.contains("kernel reverse"), message);
            }
        }
    }

    @Test
    void shouldNameTheInstructionThatItDoesNotKnow() {
        final String text = HEAD + ".visible .entry odd()\n{\n.reg .u32 %r;\nvmad.u32 %r, %r, %r, %r;\nret;\n}";
        final String message = assertThrows(IllegalArgumentException.class, () -> PtxKernel.parse(text, "odd")).getMessage();
        assertTrue(message.contains("vmad.u32 %r, %r, %r, %r"), message);
    }
}
