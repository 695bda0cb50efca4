// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Arithmetic, comparisons, conversions and exchanges between lanes. Those that inner loops of kernels are made of have loops of their own;
 * the others pass through an operator a lane.
 */
final class PtxArithmetic {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final int LESS = 1;
    private static final int EQUAL = 2;
    private static final int GREATER = 4;

    private final PtxRegisters registers;
    private List<String> operands;

    PtxArithmetic(final PtxRegisters registers) {
        this.registers = registers;
    }

    /** The operation of an instruction. */
    PtxOperation of(final String opcode, final List<String> given) {
        operands = given;
        if (PtxHalves.have(opcode, given)) {
            return new PtxHalves(registers, given).of(opcode);
        }
        final String[] parts = opcode.split("\\.");
        final String name = opcode.replace(".rn", "").replace(".approx", "");
        return switch (parts[0]) {
            case "setp" -> compare(parts);
            case "selp" -> select(name.endsWith("64"));
            case "shfl" -> exchange(parts);
            case "cvt", "cvta" -> convert(name);
            default -> name.endsWith("pred") ? logic(name) : name.endsWith("f32") ? real(name) : name.endsWith("64")
                || name.contains(".wide.") ? longs(name) : words(name);
        };
    }

    private int word(final int index) {
        return registers.word(operands.get(index));
    }

    private int wide(final int index) {
        return registers.longWord(operands.get(index));
    }

    private PtxOperation words(final String name) {
        final int to = word(0);
        final int a = word(1);
        if (name.startsWith("mov.")) {
            return copy(to, a);
        }
        if (name.startsWith("not.")) {
            return binary(to, a, a, (x, y) -> ~x);
        }
        final int b = word(2);
        return switch (name) {
            case "add.u32", "add.s32" -> warp -> {
                final int[] r = warp.words;
                for (int i = 0; i < warp.count; i++) {
                    final int lane = warp.lanes[i];
                    r[to + lane] = r[a + lane] + r[b + lane];
                }
            };
            case "mad.lo.u32", "mad.lo.s32" -> {
                final int c = word(3);
                yield warp -> {
                    final int[] r = warp.words;
                    for (int i = 0; i < warp.count; i++) {
                        final int lane = warp.lanes[i];
                        r[to + lane] = r[a + lane] * r[b + lane] + r[c + lane];
                    }
                };
            }
            case "sub.u32", "sub.s32" -> binary(to, a, b, (x, y) -> x - y);
            case "mul.lo.u32", "mul.lo.s32" -> binary(to, a, b, (x, y) -> x * y);
            case "mul.hi.u32" -> binary(to, a, b, (x, y) -> (int) ((x & LOW) * (y & LOW) >>> 32));
            case "div.u32" -> binary(to, a, b, Integer::divideUnsigned);
            case "rem.u32" -> binary(to, a, b, Integer::remainderUnsigned);
            case "min.u32" -> binary(to, a, b, (x, y) -> Integer.compareUnsigned(x, y) < 0 ? x : y);
            case "min.s32" -> binary(to, a, b, Math::min);
            case "max.s32" -> binary(to, a, b, Math::max);
            case "shl.b32" -> binary(to, a, b, (x, y) -> Integer.compareUnsigned(y, 32) < 0 ? x << y : 0);
            case "shr.u32" -> binary(to, a, b, (x, y) -> Integer.compareUnsigned(y, 32) < 0 ? x >>> y : 0);
            case "and.b32" -> binary(to, a, b, (x, y) -> x & y);
            case "or.b32" -> binary(to, a, b, (x, y) -> x | y);
            case "xor.b32" -> binary(to, a, b, (x, y) -> x ^ y);
            default -> throw unknown();
        };
    }

    private static PtxOperation copy(final int to, final int from) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                warp.words[to + warp.lanes[i]] = warp.words[from + warp.lanes[i]];
            }
        };
    }

    private static PtxOperation binary(final int to, final int a, final int b, final IntBinaryOperator operator) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                warp.words[to + lane] = operator.applyAsInt(warp.words[a + lane], warp.words[b + lane]);
            }
        };
    }

    private PtxOperation longs(final String name) {
        final int to = wide(0);
        if (name.equals("mul.wide.u32") || name.equals("mad.wide.u32") || name.equals("mul.wide.s32")) {
            final int a = word(1);
            final int b = word(2);
            final int c = name.startsWith("mad") ? wide(3) : -1;
            final long mask = name.endsWith("u32") ? LOW : -1;
            return warp -> {
                for (int i = 0; i < warp.count; i++) {
                    final int lane = warp.lanes[i];
                    final long product = (warp.words[a + lane] & mask) * (warp.words[b + lane] & mask);
                    warp.longs[to + lane] = c < 0 ? product : product + warp.longs[c + lane];
                }
            };
        }
        if (name.startsWith("mov.") && List.of("%globaltimer", "%clock64").contains(operands.get(1))) {
            return warp -> {
                for (int i = 0; i < warp.count; i++) {
                    warp.longs[to + warp.lanes[i]] = System.nanoTime();
                }
            };
        }
        final int a = wide(1);
        if (name.startsWith("mov.")) {
            return ofLongs(to, a, a, (x, y) -> x);
        }
        if (name.startsWith("shr.") || name.startsWith("shl.")) {
            final int by = word(2);
            final boolean left = name.startsWith("shl.");
            return warp -> {
                for (int i = 0; i < warp.count; i++) {
                    final int lane = warp.lanes[i];
                    final int distance = warp.words[by + lane];
                    final long value = warp.longs[a + lane];
                    warp.longs[to + lane] = Integer.compareUnsigned(distance, 64) >= 0 ? 0 : left ? value << distance : value >>> distance;
                }
            };
        }
        final int b = wide(2);
        return switch (name) {
            case "add.u64", "add.s64" -> warp -> {
                final long[] r = warp.longs;
                for (int i = 0; i < warp.count; i++) {
                    final int lane = warp.lanes[i];
                    r[to + lane] = r[a + lane] + r[b + lane];
                }
            };
            case "sub.u64", "sub.s64" -> ofLongs(to, a, b, (x, y) -> x - y);
            case "mul.lo.u64", "mul.lo.s64" -> ofLongs(to, a, b, (x, y) -> x * y);
            case "xor.b64" -> ofLongs(to, a, b, (x, y) -> x ^ y);
            case "and.b64" -> ofLongs(to, a, b, (x, y) -> x & y);
            case "or.b64" -> ofLongs(to, a, b, (x, y) -> x | y);
            default -> throw unknown();
        };
    }

    private static PtxOperation ofLongs(final int to, final int a, final int b, final LongBinaryOperator operator) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                warp.longs[to + lane] = operator.applyAsLong(warp.longs[a + lane], warp.longs[b + lane]);
            }
        };
    }

    private PtxOperation convert(final String name) {
        switch (name) {
            case "cvta.to.global.u64" -> {
                final int to = wide(0);
                final int from = wide(1);
                return ofLongs(to, from, from, (x, y) -> x);
            }
            case "cvt.u64.u32", "cvt.s64.s32" -> {
                final int to = wide(0);
                final int from = word(1);
                final long mask = name.endsWith("u32") ? LOW : -1;
                return warp -> {
                    for (int i = 0; i < warp.count; i++) {
                        warp.longs[to + warp.lanes[i]] = warp.words[from + warp.lanes[i]] & mask;
                    }
                };
            }
            case "cvt.u32.u64" -> {
                final int to = word(0);
                final int from = wide(1);
                return warp -> {
                    for (int i = 0; i < warp.count; i++) {
                        warp.words[to + warp.lanes[i]] = (int) warp.longs[from + warp.lanes[i]];
                    }
                };
            }
            case "cvt.f32.u32" -> {
                return binary(word(0), word(1), word(1), (x, y) -> bits((float) (x & LOW)));
            }
            case "cvt.f32.s32" -> {
                return binary(word(0), word(1), word(1), (x, y) -> bits((float) x));
            }
            default -> throw unknown();
        }
    }

    private static float real(final int bits) {
        return Float.intBitsToFloat(bits);
    }

    private static int bits(final float value) {
        return Float.floatToRawIntBits(value);
    }

    private PtxOperation real(final String name) {
        final int to = word(0);
        final int a = word(1);
        switch (name) {
            case "mov.f32" -> {
                return copy(to, a);
            }
            case "neg.f32" -> {
                return unary(to, a, x -> -x);
            }
            case "abs.f32" -> {
                return unary(to, a, Math::abs);
            }
            case "sqrt.f32" -> {
                return unary(to, a, Math::sqrt);
            }
            case "rcp.f32" -> {
                return binary(to, a, a, (x, y) -> bits(1 / real(x)));
            }
            case "ex2.f32", "ex2.ftz.f32" -> {
                return unary(to, a, x -> Math.pow(2, x));
            }
            default -> {
                // of two operands or three
            }
        }
        final int b = word(2);
        return switch (name) {
            case "fma.f32" -> {
                final int c = word(3);
                yield warp -> {
                    final int[] r = warp.words;
                    for (int i = 0; i < warp.count; i++) {
                        final int lane = warp.lanes[i];
                        r[to + lane] = bits(Math.fma(real(r[a + lane]), real(r[b + lane]), real(r[c + lane])));
                    }
                };
            }
            case "add.f32" -> warp -> {
                final int[] r = warp.words;
                for (int i = 0; i < warp.count; i++) {
                    final int lane = warp.lanes[i];
                    r[to + lane] = bits(real(r[a + lane]) + real(r[b + lane]));
                }
            };
            case "sub.f32" -> binary(to, a, b, (x, y) -> bits(real(x) - real(y)));
            case "mul.f32" -> binary(to, a, b, (x, y) -> bits(real(x) * real(y)));
            case "div.f32" -> binary(to, a, b, (x, y) -> bits(real(x) / real(y)));
            case "max.f32" -> binary(to, a, b, (x, y) -> number(x, y, Math.max(real(x), real(y))));
            case "min.f32" -> binary(to, a, b, (x, y) -> number(x, y, Math.min(real(x), real(y))));
            case "max.NaN.f32" -> binary(to, a, b, (x, y) -> bits(Math.max(real(x), real(y))));
            case "min.NaN.f32" -> binary(to, a, b, (x, y) -> bits(Math.min(real(x), real(y))));
            default -> throw unknown();
        };
    }

    /** Where one of two operands is no number, the other. */
    private static int number(final int x, final int y, final float otherwise) {
        return Float.isNaN(real(x)) ? y : Float.isNaN(real(y)) ? x : bits(otherwise);
    }

    /** In double precision, rounded once: what PTX rounds is exact in it, and its approximations are worse. */
    private static PtxOperation unary(final int to, final int a, final DoubleUnaryOperator operator) {
        return binary(to, a, a, (x, y) -> bits((float) operator.applyAsDouble(real(x))));
    }

    private PtxOperation compare(final String[] parts) {
        final int to = registers.predicate(operands.get(0));
        final String type = parts[parts.length - 1];
        final String with = parts.length == 4 ? parts[2] : "";
        final String third = with.isEmpty() ? "" : operands.get(3);
        final boolean negated = third.startsWith("!");
        final int other = with.isEmpty() ? -1 : registers.predicate(third.substring(negated ? 1 : 0));
        final boolean both = with.equals("and");
        final boolean longer = type.endsWith("64");
        final int a = longer ? wide(1) : word(1);
        final int b = longer ? wide(2) : word(2);
        final boolean signed = type.startsWith("s");
        final boolean real = type.equals("f32");
        final long mask = signed ? -1 : LOW;
        final int accepted = switch (parts[1]) {
            case "lt" -> LESS;
            case "le" -> LESS | EQUAL;
            case "gt" -> GREATER;
            case "ge" -> GREATER | EQUAL;
            case "eq" -> EQUAL;
            case "ne" -> LESS | GREATER;
            default -> throw unknown();
        };
        if (!List.of("", "and", "or").contains(with)) {
            throw unknown();
        }
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                final int order = longer ? order(warp.longs[a + lane], warp.longs[b + lane], signed)
                    : real ? order(real(warp.words[a + lane]), real(warp.words[b + lane]))
                    : order(warp.words[a + lane] & mask, warp.words[b + lane] & mask, true);
                final boolean holds = (order & accepted) != 0;
                final boolean second = other >= 0 && warp.predicates[other + lane] != negated;
                warp.predicates[to + lane] = other < 0 ? holds : both ? holds && second : holds || second;
            }
        };
    }

    private static int order(final long a, final long b, final boolean signed) {
        final int order = signed ? Long.compare(a, b) : Long.compareUnsigned(a, b);
        return order < 0 ? LESS : order == 0 ? EQUAL : GREATER;
    }

    /** Two of which one is no number have no order. */
    private static int order(final float a, final float b) {
        return a < b ? LESS : a == b ? EQUAL : a > b ? GREATER : 0;
    }

    private PtxOperation logic(final String name) {
        final int to = registers.predicate(operands.get(0));
        final int a = registers.predicate(operands.get(1));
        final int b = registers.predicate(operands.get(operands.size() - 1));
        final boolean both = name.equals("and.pred");
        if (!both && !name.equals("or.pred") && !name.equals("not.pred")) {
            throw unknown();
        }
        final boolean not = name.equals("not.pred");
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final boolean x = warp.predicates[a + warp.lanes[i]];
                final boolean y = warp.predicates[b + warp.lanes[i]];
                warp.predicates[to + warp.lanes[i]] = not ? !x : both ? x && y : x || y;
            }
        };
    }

    private PtxOperation select(final boolean longer) {
        final int predicate = registers.predicate(operands.get(3));
        final int to = longer ? wide(0) : word(0);
        final int a = longer ? wide(1) : word(1);
        final int b = longer ? wide(2) : word(2);
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                final int from = warp.predicates[predicate + lane] ? a : b;
                if (longer) {
                    warp.longs[to + lane] = warp.longs[from + lane];
                } else {
                    warp.words[to + lane] = warp.words[from + lane];
                }
            }
        };
    }

    /** {@code shfl.sync.bfly.b32 to, from, mask, 31, -1}: what the lane holds whose number differs by the mask. */
    private PtxOperation exchange(final String[] parts) {
        final long members = PtxRegisters.number(operands.get(4)) & LOW;
        if (!parts[1].equals("sync") || !parts[2].equals("bfly") || !operands.get(3).equals("31") || members != LOW) {
            throw unknown();
        }
        final int to = word(0);
        final int from = word(1);
        final int mask = word(2);
        return warp -> {
            if (warp.count != PtxWarp.LANES) {
                throw new PtxFault(PtxFault.Kind.DIVERGENCE, "only " + warp.count + " of 32 lanes exchange: " + warp.where());
            }
            final int[] held = new int[PtxWarp.LANES];
            System.arraycopy(warp.words, from, held, 0, PtxWarp.LANES);
            for (int lane = 0; lane < PtxWarp.LANES; lane++) {
                warp.words[to + lane] = held[(lane ^ warp.words[mask + lane]) & PtxWarp.LANES - 1];
            }
        };
    }

    private static IllegalArgumentException unknown() {
        return new IllegalArgumentException("unknown instruction");
    }
}
