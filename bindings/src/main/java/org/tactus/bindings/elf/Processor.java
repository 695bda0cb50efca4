// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

import java.util.Optional;

/** How relocations of a processor are numbered that put a function's address into a slot (the processor supplements of the ELF ABI). */
enum Processor {
    /** {@code R_X86_64_64}, {@code R_X86_64_GLOB_DAT}, {@code R_X86_64_JUMP_SLOT}; only the first adds its addend. */
    X86_64(1, 6, 7, false),
    /** {@code R_AARCH64_ABS64}, {@code R_AARCH64_GLOB_DAT}, {@code R_AARCH64_JUMP_SLOT}; each adds its addend. */
    AARCH64(257, 1025, 1026, true);

    private final int absolute;
    private final int globalData;
    private final int jumpSlot;
    private final boolean alwaysAdds;

    Processor(final int absolute, final int globalData, final int jumpSlot, final boolean alwaysAdds) {
        this.absolute = absolute;
        this.globalData = globalData;
        this.jumpSlot = jumpSlot;
        this.alwaysAdds = alwaysAdds;
    }

    /** This machine's; empty for one whose relocations are not known here. */
    static Optional<Processor> ofThisMachine() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }

    /** Whether a relocation fills a whole word with the address of a symbol. */
    boolean isAddress(final int type, final long addend) {
        return (type == globalData || type == jumpSlot) && (addend == 0 || !alwaysAdds) || type == absolute && addend == 0;
    }
}
