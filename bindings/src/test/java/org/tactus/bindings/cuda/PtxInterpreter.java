// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a kernel of our PTX on the host, one thread of the grid after another: the instructions that our kernels use, as NVIDIA's
 * documentation of PTX describes them. An instruction that it does not know is an error.
 */
final class PtxInterpreter {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final List<String> parameters = new ArrayList<>();
    private final List<String[]> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final MemorySegment memory;
    private final Map<String, Long> registers = new HashMap<>();
    private long clock;

    /**
     * Reads a kernel.
     *
     * @param ptx    the module's text
     * @param entry  the kernel's name
     * @param memory what addresses mean: those of this segment, and nothing else, may be accessed
     */
    PtxInterpreter(final String ptx, final String entry, final MemorySegment memory) {
        this.memory = memory;
        final Matcher found = Pattern.compile("\\.visible \\.entry " + entry + "\\(([^)]*)\\)\\s*\\{([^}]*)}").matcher(ptx);
        if (!found.find()) {
            throw new IllegalArgumentException("no entry " + entry);
        }
        for (final String parameter : found.group(1).split(",")) {
            parameters.add(parameter.strip().replaceFirst(".*\\s", ""));
        }
        final String body = found.group(2).replaceAll("//[^\n]*", "").replaceAll("(\\w+):", "$1:;");
        for (final String line : body.split(";")) {
            final String text = line.strip();
            if (text.endsWith(":")) {
                labels.put(text.substring(0, text.length() - 1), instructions.size());
            } else if (!text.isEmpty() && !text.startsWith(".reg")) {
                instructions.add(text.split("[\\s,]+"));
            }
        }
    }

    void launch(final int blocksX, final int blocksY, final int threadsX, final int threadsY, final long... arguments) {
        for (int block = 0; block < blocksX * blocksY; block++) {
            for (int thread = 0; thread < threadsX * threadsY; thread++) {
                registers.clear();
                registers.put("%ctaid.x", (long) block % blocksX);
                registers.put("%ctaid.y", (long) block / blocksX);
                registers.put("%nctaid.x", (long) blocksX);
                registers.put("%ntid.x", (long) threadsX);
                registers.put("%ntid.y", (long) threadsY);
                registers.put("%tid.x", (long) thread % threadsX);
                registers.put("%tid.y", (long) thread / threadsX);
                for (int i = 0; i < arguments.length; i++) {
                    registers.put('[' + parameters.get(i) + ']', arguments[i]);
                }
                runThread();
            }
        }
    }

    private void runThread() {
        int at = 0;
        while (true) {
            String[] words = instructions.get(at++);
            if (words[0].startsWith("@")) {
                if (value(words[0].substring(1)) == 0) {
                    continue;
                }
                words = Arrays.copyOfRange(words, 1, words.length);
            }
            if (words[0].equals("ret")) {
                return;
            }
            if (words[0].equals("bra")) {
                at = labels.get(words[1]);
            } else {
                step(words);
            }
        }
    }

    private void step(final String[] words) {
        final String to = words[1];
        switch (words[0]) {
            case "ld.param.u64", "mov.u64", "mov.f32", "cvta.to.global.u64" -> set(to, value(words[2]));
            case "ld.param.u32", "mov.u32", "cvt.u64.u32" -> set(to, value(words[2]) & LOW);
            case "add.u64" -> set(to, value(words[2]) + value(words[3]));
            case "sub.u64" -> set(to, value(words[2]) - value(words[3]));
            case "mul.lo.u64" -> set(to, value(words[2]) * value(words[3]));
            case "shr.u64" -> set(to, value(words[2]) >>> value(words[3]));
            case "shl.b64" -> set(to, value(words[2]) << value(words[3]));
            case "xor.b64" -> set(to, value(words[2]) ^ value(words[3]));
            case "add.u32" -> set(to, value(words[2]) + value(words[3]) & LOW);
            case "mul.wide.u32" -> set(to, (value(words[2]) & LOW) * (value(words[3]) & LOW));
            case "mad.wide.u32" -> set(to, (value(words[2]) & LOW) * (value(words[3]) & LOW) + value(words[4]));
            case "mad.lo.u32" -> set(to, value(words[2]) * value(words[3]) + value(words[4]) & LOW);
            case "setp.lt.u64", "setp.lt.u32" -> set(to, Long.compareUnsigned(value(words[2]), value(words[3])) < 0 ? 1 : 0);
            case "setp.ge.u64", "setp.ge.u32" -> set(to, Long.compareUnsigned(value(words[2]), value(words[3])) >= 0 ? 1 : 0);
            case "setp.ge.or.u32" -> set(to, Long.compareUnsigned(value(words[2]), value(words[3])) >= 0 || value(words[4]) != 0 ? 1 : 0);
            case "fma.rn.f32" -> set(to, bits(Math.fma(real(words[2]), real(words[3]), real(words[4]))));
            case "ld.global.u64" -> set(to, memory.get(LONG, offset(words[2])));
            case "ld.global.f32" -> set(to, memory.get(INT, offset(words[2])) & LOW);
            case "st.global.u64" -> memory.set(LONG, offset(to), value(words[2]));
            case "st.global.f32" -> memory.set(INT, offset(to), (int) value(words[2]));
            case "red.global.add.u64" -> memory.set(LONG, offset(to), memory.get(LONG, offset(to)) + value(words[2]));
            default -> throw new IllegalArgumentException("unknown instruction: " + String.join(" ", words));
        }
    }

    private long offset(final String operand) {
        return value(operand.substring(1, operand.length() - 1)) - memory.address();
    }

    private void set(final String register, final long value) {
        registers.put(register, value);
    }

    private long value(final String operand) {
        if (operand.equals("%globaltimer")) {
            return clock++;
        }
        if (operand.startsWith("%") || operand.startsWith("[")) {
            return registers.get(operand);
        }
        if (operand.startsWith("0f")) {
            return Long.parseLong(operand.substring(2), 16);
        }
        return operand.startsWith("0x") ? Long.parseUnsignedLong(operand.substring(2), 16) : Long.parseLong(operand);
    }

    private float real(final String operand) {
        return Float.intBitsToFloat((int) value(operand));
    }

    private static long bits(final float value) {
        return Float.floatToRawIntBits(value) & LOW;
    }
}
