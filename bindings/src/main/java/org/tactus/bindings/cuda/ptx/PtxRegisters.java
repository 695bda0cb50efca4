// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.HashMap;
import java.util.Map;

/**
 * A kernel's registers by name, and its constants, which are registers, too: of 32 bits, of 64 bits, and predicates, each kind counted from
 * 0. Those of 16 bits are counted and kept with those of 32. The first registers of 32 bits are those that the GPU fills: places of the
 * thread and of its block.
 */
final class PtxRegisters {
    static final int TID = 0;
    static final int NTID = 3;
    static final int CTAID = 6;
    static final int NCTAID = 9;
    static final int LANE = 12;
    private static final int SPECIAL = 13;
    private static final String[] PLACES = {"tid", "ntid", "ctaid", "nctaid"};

    /** What a name stands for. */
    private enum Kind { WORD, LONG, PREDICATE, HALF }

    /** A register. */
    private record Register(Kind kind, int index) {
    }

    private final Map<String, Register> names = new HashMap<>();
    private final Map<Integer, Integer> constantWords = new HashMap<>();
    private final Map<Integer, Long> constantLongs = new HashMap<>();
    private final int[] counts = {SPECIAL, 0, 0};

    PtxRegisters() {
        for (int i = 0; i < PLACES.length; i++) {
            for (int dimension = 0; dimension < 3; dimension++) {
                names.put("%" + PLACES[i] + "." + "xyz".charAt(dimension), new Register(Kind.WORD, 3 * i + dimension));
            }
        }
        names.put("%laneid", new Register(Kind.WORD, LANE));
    }

    /** Declares what {@code .reg .type %name} does, with {@code %name<n>} for n of them. */
    void declare(final String type, final String name) {
        final Kind kind = type.equals(".pred") ? Kind.PREDICATE : type.endsWith("64") ? Kind.LONG
            : type.endsWith("16") ? Kind.HALF : Kind.WORD;
        final int bracket = name.indexOf('<');
        if (bracket < 0) {
            add(name, kind);
            return;
        }
        final int number = Integer.parseInt(name.substring(bracket + 1, name.length() - 1));
        for (int i = 0; i < number; i++) {
            add(name.substring(0, bracket) + i, kind);
        }
    }

    private void add(final String name, final Kind kind) {
        if (names.put(name, new Register(kind, counts[(kind == Kind.HALF ? Kind.WORD : kind).ordinal()]++)) != null) {
            throw new IllegalArgumentException("register " + name + " is declared twice");
        }
    }

    /** A new register of 64 bits without a name. */
    int addLong() {
        return counts[Kind.LONG.ordinal()]++;
    }

    /** Where the lanes of an operand of 32 bits begin: a register or a constant. */
    int word(final String operand) {
        return PtxWarp.LANES * (operand.startsWith("%") ? index(operand, Kind.WORD) : constant((int) number(operand)));
    }

    /** Where the lanes of a register of 16 bits begin. */
    int half(final String operand) {
        return PtxWarp.LANES * index(operand, Kind.HALF);
    }

    private int constant(final int value) {
        return constantWords.entrySet().stream().filter(entry -> entry.getValue() == value).map(Map.Entry::getKey).findFirst()
            .orElseGet(() -> {
                final int index = counts[Kind.WORD.ordinal()]++;
                constantWords.put(index, value);
                return index;
            });
    }

    /** Where the lanes of an operand of 64 bits begin: a register or a constant. */
    int longWord(final String operand) {
        if (operand.startsWith("%")) {
            return PtxWarp.LANES * index(operand, Kind.LONG);
        }
        final int register = addLong();
        constantLongs.put(register, number(operand));
        return PtxWarp.LANES * register;
    }

    /** Where the lanes of a predicate begin. */
    int predicate(final String operand) {
        return PtxWarp.LANES * index(operand, Kind.PREDICATE);
    }

    private int index(final String name, final Kind kind) {
        final Register register = names.get(name);
        if (register == null || register.kind != kind) {
            throw new IllegalArgumentException(register == null ? "register " + name + " is not declared"
                : "register " + name + " is of another type than the instruction");
        }
        return register.index;
    }

    /** The value of a number as PTX writes it; floats and doubles as their bits. */
    static long number(final String text) {
        if (text.startsWith("0f") || text.startsWith("0d")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    }

    int words() {
        return counts[Kind.WORD.ordinal()];
    }

    int longs() {
        return counts[Kind.LONG.ordinal()];
    }

    int predicates() {
        return counts[Kind.PREDICATE.ordinal()];
    }

    Map<Integer, Integer> constantWords() {
        return constantWords;
    }

    Map<Integer, Long> constantLongs() {
        return constantLongs;
    }
}
