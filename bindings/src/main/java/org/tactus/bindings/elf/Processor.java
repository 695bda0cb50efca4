// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

import java.util.Optional;

/** How relocations of a processor are numbered that put a function's address into a slot (the processor supplements of the ELF ABI). */
enum Processor {
    X86_64(1, 6, 7), AARCH64(257, 1025, 1026);

    private final int absolute;
    private final int globalData;
    private final int jumpSlot;

    Processor(final int absolute, final int globalData, final int jumpSlot) {
        this.absolute = absolute;
        this.globalData = globalData;
        this.jumpSlot = jumpSlot;
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
        return type == globalData || type == jumpSlot || type == absolute && addend == 0;
    }
}
