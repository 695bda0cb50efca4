// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

/** What one instruction does to the lanes of a warp that run it. Branches, barriers and returns are told apart by their kind. */
interface PtxOperation {
    /** How the warp goes on behind an instruction. */
    enum Kind {
        /** With the next one. */
        STEP,
        /** At {@link #target}. */
        BRANCH,
        /** With the next one, when all threads of the block are here. */
        BARRIER,
        /** Not at all. */
        RETURN
    }

    /** Does it. */
    void run(PtxWarp warp);

    default Kind kind() {
        return Kind.STEP;
    }

    /** Index of the instruction that a branch goes to. */
    default int target() {
        return -1;
    }

    /** An instruction that only says how to go on. */
    record Flow(Kind kind, int target) implements PtxOperation {
        @Override
        public void run(final PtxWarp warp) {
            // the warp itself goes on
        }
    }
}
