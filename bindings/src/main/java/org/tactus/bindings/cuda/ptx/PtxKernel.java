// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.List;
import java.util.Map;

/** A kernel that was read from PTX. Immutable; may be launched by any number of threads. */
public final class PtxKernel {
    /** A kernel's argument: its name, whether it takes 8 bytes or 4, and the register of 64 bits that holds it. */
    record Parameter(String name, int bytes, int register) {
    }

    /** An instruction: what it does, the predicate it asks (a register's index; -1 for none), and whether that must be false. */
    record Instruction(PtxOperation operation, int predicate, boolean negated, String text) {
    }

    final List<Parameter> parameters;
    final Instruction[] instructions;
    final int words;
    final int longs;
    final int predicates;
    /** Registers of 32 bits that hold a constant, by index. */
    final Map<Integer, Integer> constantWords;
    /** The same of 64 bits. */
    final Map<Integer, Long> constantLongs;
    final int sharedBytes;
    private final String entry;

    PtxKernel(final String entry, final PtxParser parsed) {
        this.entry = entry;
        parameters = List.copyOf(parsed.parameters());
        instructions = parsed.instructions().toArray(Instruction[]::new);
        words = parsed.registers().words();
        longs = parsed.registers().longs();
        predicates = parsed.registers().predicates();
        constantWords = Map.copyOf(parsed.registers().constantWords());
        constantLongs = Map.copyOf(parsed.registers().constantLongs());
        sharedBytes = parsed.sharedBytes();
    }

    /**
     * Tells whether a module has a kernel.
     *
     * @param ptx   the module's text
     * @param entry the kernel's name
     * @return true when it has
     */
    public static boolean declares(final String ptx, final String entry) {
        return PtxParser.find(ptx, entry) >= 0;
    }

    /**
     * Reads a kernel.
     *
     * @param ptx   the module's text
     * @param entry the kernel's name
     * @return the kernel
     * @throws IllegalArgumentException for text that is no kernel, or an instruction that is not known here
     */
    public static PtxKernel parse(final String ptx, final String entry) {
        try {
            return new PtxKernel(entry, new PtxParser(ptx, entry));
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("kernel " + entry + ": " + e.getMessage(), e);
        } catch (final IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("kernel " + entry + ": its text ends too early, or a statement of it does", e);
        }
    }

    /**
     * Number of its arguments.
     *
     * @return 0 or more
     */
    public int parameters() {
        return parameters.size();
    }

    /**
     * Size of an argument.
     *
     * @param index which one, from 0
     * @return 4 or 8 bytes
     */
    public int parameterBytes(final int index) {
        return parameters.get(index).bytes();
    }

    @Override
    public String toString() {
        return entry;
    }
}
