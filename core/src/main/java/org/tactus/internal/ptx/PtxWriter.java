// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes one kernel: counts its registers, and lists its parameters, which are all addresses. Version and target are as low as what the
 * kernels use, so that every driver of the last years compiles them for its device.
 */
final class PtxWriter {
    /** What a module of kernels begins with. */
    static final String HEADER = ".version 6.0\n.target sm_50\n.address_size 64\n";
    /** The same where kernels multiply in half precision. */
    static final String HALF_HEADER = ".version 7.0\n.target sm_80\n.address_size 64\n";
    /** Stands for the kernel's name until it has one. */
    static final String NAME = "KERNEL";

    private final StringBuilder body = new StringBuilder();
    private final List<String> parameters = new ArrayList<>();
    private final StringBuilder shared = new StringBuilder();
    private int words;
    private int longs;
    private int reals;
    private int pairs;
    private int halves;
    private int predicates;
    private int labels;

    /** A new register for 32-bit integers. */
    String word() {
        return "%r" + words++;
    }

    /** A new register for addresses. */
    String address() {
        return "%d" + longs++;
    }

    /** A new register for numbers. */
    String real() {
        return "%f" + reals++;
    }

    /** New registers for numbers. */
    String[] reals(final int count) {
        final String[] made = new String[count];
        for (int i = 0; i < count; i++) {
            made[i] = real();
        }
        return made;
    }

    /** New registers for pairs of numbers in half precision. */
    String[] pairs(final int count) {
        final String[] made = new String[count];
        for (int i = 0; i < count; i++) {
            made[i] = "%h" + pairs++;
        }
        return made;
    }

    /** An instruction whose result is a new pair of numbers in half precision. */
    String pair(final String opcode, final Object... operands) {
        return to(pairs(1)[0], opcode, operands);
    }

    /** Both numbers of a pair, in single precision. */
    String[] split(final String pair) {
        final String low = "%q" + halves++;
        final String high = "%q" + halves++;
        op("mov.b32 " + vector(low, high) + ", " + pair);
        return new String[] {real("cvt.f32.f16", low), real("cvt.f32.f16", high)};
    }

    /** A new predicate. */
    String predicate() {
        return "%p" + predicates++;
    }

    /** A new label. */
    String label() {
        return "L" + labels++;
    }

    /** Shared memory of a block. */
    void shared(final String name, final int bytes) {
        shared.append("    .shared .align 16 .b8 ").append(name).append('[').append(bytes).append("];\n");
    }

    /** An instruction. */
    void op(final String text) {
        body.append("    ").append(text).append(";\n");
    }

    /** An instruction whose result is a new 32-bit integer. */
    String word(final String opcode, final Object... operands) {
        return to(word(), opcode, operands);
    }

    /** An instruction whose result is a new address. */
    String address(final String opcode, final Object... operands) {
        return to(address(), opcode, operands);
    }

    /** An instruction whose result is a new number. */
    String real(final String opcode, final Object... operands) {
        return to(real(), opcode, operands);
    }

    /** An instruction whose result is a new predicate. */
    String predicate(final String opcode, final Object... operands) {
        return to(predicate(), opcode, operands);
    }

    private String to(final String register, final String opcode, final Object... operands) {
        final StringBuilder text = new StringBuilder(opcode).append(' ').append(register);
        for (final Object operand : operands) {
            text.append(", ").append(operand);
        }
        op(text.toString());
        return register;
    }

    void place(final String label) {
        body.append(label).append(":\n");
    }

    /** A new parameter, loaded: an address of global memory. */
    String parameter() {
        final String name = "a" + parameters.size();
        parameters.add(name);
        final String loaded = address("ld.param.u64", '[' + name + ']');
        return address("cvta.to.global.u64", loaded);
    }

    /** The address of an element of 4 bytes. */
    String element(final String base, final String index) {
        return address("mad.wide.u32", index, 4, base);
    }

    /** A quotient of unsigned integers; by a power of two a shift. */
    String divide(final String value, final long by) {
        if (by == 1) {
            return value;
        }
        return Long.bitCount(by) == 1 ? word("shr.u32", value, Long.numberOfTrailingZeros(by)) : word("div.u32", value, by);
    }

    /** What is left of a value when a quotient times the divisor is taken away. */
    String rest(final String value, final String quotient, final long by) {
        return by == 1 ? word("mov.u32", 0) : Long.bitCount(by) == 1 ? word("and.b32", value, by - 1)
            : word("sub.u32", value, word("mul.lo.u32", quotient, by));
    }

    /** The number of the thread in a grid of one dimension. */
    String thread(final int threads) {
        final String block = word("mov.u32", "%ctaid.x");
        return word("mad.lo.u32", block, threads, word("mov.u32", "%tid.x"));
    }

    /** Ends threads for which a predicate holds. */
    void exitIf(final String predicate) {
        op("@" + predicate + " ret");
    }

    /** A number as PTX writes its bits. */
    static String number(final float value) {
        return String.format("0f%08X", Float.floatToRawIntBits(value));
    }

    /** Registers side by side, as an access to several of them writes them. */
    static String vector(final String... registers) {
        return '{' + String.join(", ", registers) + '}';
    }

    /** The kernel's text, under the name {@link #NAME}. */
    String text() {
        final StringBuilder text = new StringBuilder("\n.visible .entry ").append(NAME).append('(');
        for (int i = 0; i < parameters.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(".param .u64 ").append(parameters.get(i));
        }
        text.append(")\n{\n");
        declare(text, "u32", "r", words);
        declare(text, "u64", "d", longs);
        declare(text, "f32", "f", reals);
        declare(text, "b32", "h", pairs);
        declare(text, "b16", "q", halves);
        declare(text, "pred", "p", predicates);
        return text.append(shared).append(body).append("    ret;\n}\n").toString();
    }

    private static void declare(final StringBuilder text, final String type, final String name, final int count) {
        if (count > 0) {
            text.append("    .reg .").append(type).append(" %").append(name).append('<').append(count).append(">;\n");
        }
    }
}
