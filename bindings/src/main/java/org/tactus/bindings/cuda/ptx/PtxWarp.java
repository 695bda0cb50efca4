// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.Arrays;

/**
 * 32 threads that run the same instruction where they can. Of threads that went different ways those that are furthest behind run until
 * they reach others, so they meet again behind a branch. A register is 32 places side by side, one for each lane.
 */
final class PtxWarp {
    static final int LANES = 32;
    private static final int GARBAGE = 0x7FA5_A5A5; // as a float it is no number
    private static final int WAITS = 1;
    private static final int ENDED = 2;

    final int[] words;
    final long[] longs;
    final boolean[] predicates;
    /** The lanes that run the instruction. */
    final int[] lanes = new int[LANES];
    int count;
    PtxMemory memory;
    byte[] shared;
    /** Bounds of the range that was accessed last. */
    long low;
    long high;
    private final PtxKernel kernel;
    private final int threads;
    private final int[] at = new int[LANES];
    private final int[] state = new int[LANES];
    private final int[] group = new int[LANES];
    private String running = "";

    PtxWarp(final PtxKernel kernel, final int threads) {
        this.kernel = kernel;
        this.threads = threads;
        words = new int[kernel.words * LANES];
        longs = new long[kernel.longs * LANES];
        predicates = new boolean[kernel.predicates * LANES];
    }

    /** Begins a block: nothing of another one is left. */
    void reset(final PtxMemory of, final byte[] sharedMemory) {
        memory = of;
        shared = sharedMemory;
        low = 0;
        high = 0;
        Arrays.fill(words, GARBAGE);
        Arrays.fill(longs, GARBAGE);
        kernel.constantWords.forEach((register, value) ->
            Arrays.fill(words, register * LANES, (register + 1) * LANES, value));
        kernel.constantLongs.forEach((register, value) ->
            Arrays.fill(longs, register * LANES, (register + 1) * LANES, value));
        for (int lane = 0; lane < LANES; lane++) {
            at[lane] = 0;
            state[lane] = lane < threads ? 0 : ENDED;
        }
    }

    /** Writes a register of one lane, before the first instruction. */
    void put(final int register, final int lane, final int value) {
        words[register * LANES + lane] = value;
    }

    /**
     * Runs all lanes as far as they come.
     *
     * @return index of the barrier at which all wait; -1 when all have ended
     */
    int run() {
        for (int lane = 0; lane < LANES; lane++) {
            state[lane] = state[lane] == WAITS ? 0 : state[lane];
        }
        while (true) {
            int first = Integer.MAX_VALUE;
            for (int lane = 0; lane < LANES; lane++) {
                if (state[lane] == 0) {
                    first = Math.min(first, at[lane]);
                }
            }
            if (first == Integer.MAX_VALUE) {
                return barrier();
            }
            int members = 0;
            int next = Integer.MAX_VALUE;
            for (int lane = 0; lane < LANES; lane++) {
                if (state[lane] == 0 && at[lane] == first) {
                    group[members++] = lane;
                } else if (state[lane] == 0) {
                    next = Math.min(next, at[lane]);
                }
            }
            try {
                runGroup(members, first, next);
            } catch (final ArithmeticException e) {
                throw new PtxFault(PtxFault.Kind.UNDEFINED, where() + " divides by zero");
            }
        }
    }

    private int barrier() {
        int barrier = -1;
        for (int lane = 0; lane < threads; lane++) {
            final int waits = state[lane] == WAITS ? at[lane] : -1;
            if (lane > 0 && waits != barrier) {
                throw new PtxFault(PtxFault.Kind.DIVERGENCE, "lane 0 and lane " + lane + " of a warp of " + kernel
                    + " wait at different barriers, or one has ended");
            }
            barrier = waits;
        }
        return barrier;
    }

    /** Runs lanes that are at one instruction until they part, wait, end, or meet others. */
    private void runGroup(final int members, final int from, final int meets) {
        int pc = from;
        while (pc < meets) {
            final PtxKernel.Instruction instruction = kernel.instructions[pc];
            select(instruction, members);
            running = instruction.text();
            final PtxOperation operation = instruction.operation();
            switch (operation.kind()) {
                case STEP -> {
                    if (count > 0) {
                        operation.run(this);
                    }
                    pc++;
                }
                case BRANCH -> {
                    if (count == members) {
                        pc = operation.target();
                        if (pc < from) {
                            leave(members, pc);
                            return; // others may be between there and here
                        }
                    } else if (count == 0) {
                        pc++;
                    } else {
                        leave(members, pc + 1);
                        for (int i = 0; i < count; i++) {
                            at[lanes[i]] = operation.target();
                        }
                        return;
                    }
                }
                default -> {
                    leave(members, pc + 1);
                    for (int i = 0; i < count; i++) {
                        state[lanes[i]] = operation.kind() == PtxOperation.Kind.BARRIER ? WAITS : ENDED;
                    }
                    return;
                }
            }
        }
        leave(members, pc);
    }

    private void leave(final int members, final int pc) {
        for (int i = 0; i < members; i++) {
            at[group[i]] = pc;
        }
    }

    private void select(final PtxKernel.Instruction instruction, final int members) {
        if (instruction.predicate() < 0) {
            System.arraycopy(group, 0, lanes, 0, members);
            count = members;
            return;
        }
        count = 0;
        final int base = instruction.predicate() * LANES;
        for (int i = 0; i < members; i++) {
            if (predicates[base + group[i]] != instruction.negated()) {
                lanes[count++] = group[i];
            }
        }
    }

    /** Finds the range of an access that is not in the last one. */
    void locate(final long address, final int bytes) {
        final int range = memory.find(address);
        if (range < 0 || address + bytes > memory.end(range)) {
            throw new PtxFault(PtxFault.Kind.ADDRESS, "address 0x" + Long.toHexString(address) + " is not the device's: " + where());
        }
        low = memory.start(range);
        high = memory.end(range);
    }

    /** What runs, for messages. */
    String where() {
        return "'" + running + "' of " + kernel;
    }
}
