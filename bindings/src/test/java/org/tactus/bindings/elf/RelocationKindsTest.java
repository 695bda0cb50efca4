// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A loaded object for each processor, made here byte by byte: the generic ABI says where everything stands, and the supplements of the
 * processors number the relocations (ELF for the Arm 64-bit Architecture, dynamic relocations; System V ABI, AMD64 supplement). The image
 * is laid out as follows, in offsets from its base:
 *
 * <pre>
 *   0 program headers   512 dynamic section   1024 symbols   2048 names   4096 relocations   6144 those of the linkage table   8192 slots
 * </pre>
 */
class RelocationKindsTest {
    private static final long DYNAMIC = 512;
    private static final long SYMBOLS = 1024;
    private static final long NAMES = 2048;
    private static final long RELOCATIONS = 4096;
    private static final long LINKAGE = 6144;
    private static final long SLOTS = 8192;

    /** Kinds of relocations by their numbers, with whether each stands for an address of a function as it is. */
    private record Kind(String name, int number, long addend, boolean isAddress) {
    }

    private static final List<Kind> AARCH64 = List.of(
        new Kind("R_AARCH64_NONE", 0, 0, false), new Kind("R_AARCH64_ABS64", 257, 0, true), new Kind("R_AARCH64_ABS64", 257, 8, false),
        new Kind("R_AARCH64_ABS32", 258, 0, false), new Kind("R_AARCH64_COPY", 1024, 0, false),
        new Kind("R_AARCH64_GLOB_DAT", 1025, 0, true), new Kind("R_AARCH64_GLOB_DAT", 1025, 16, false),
        new Kind("R_AARCH64_JUMP_SLOT", 1026, 0, true), new Kind("R_AARCH64_RELATIVE", 1027, 64, false),
        new Kind("R_AARCH64_TLS_DTPMOD", 1028, 0, false), new Kind("R_AARCH64_TLS_DTPREL", 1029, 0, false),
        new Kind("R_AARCH64_TLS_TPREL", 1030, 0, false), new Kind("R_AARCH64_TLSDESC", 1031, 0, false),
        new Kind("R_AARCH64_IRELATIVE", 1032, 0, false), new Kind("R_X86_64_64", 1, 0, false), new Kind("R_X86_64_GLOB_DAT", 6, 0, false),
        new Kind("R_X86_64_JUMP_SLOT", 7, 0, false));
    private static final List<Kind> X86_64 = List.of(
        new Kind("R_X86_64_NONE", 0, 0, false), new Kind("R_X86_64_64", 1, 0, true), new Kind("R_X86_64_64", 1, 8, false),
        new Kind("R_X86_64_PC32", 2, 0, false), new Kind("R_X86_64_COPY", 5, 0, false), new Kind("R_X86_64_GLOB_DAT", 6, 0, true),
        new Kind("R_X86_64_GLOB_DAT", 6, 16, true), new Kind("R_X86_64_JUMP_SLOT", 7, 0, true),
        new Kind("R_X86_64_RELATIVE", 8, 64, false), new Kind("R_X86_64_DTPMOD64", 16, 0, false),
        new Kind("R_X86_64_DTPOFF64", 17, 0, false), new Kind("R_X86_64_TPOFF64", 18, 0, false),
        new Kind("R_X86_64_TLSDESC", 36, 0, false), new Kind("R_X86_64_IRELATIVE", 37, 0, false),
        new Kind("R_AARCH64_ABS64", 257, 0, false), new Kind("R_AARCH64_GLOB_DAT", 1025, 0, false),
        new Kind("R_AARCH64_JUMP_SLOT", 1026, 0, false));

    private final List<String> expected = new ArrayList<>();
    private final List<Long> expectedSlots = new ArrayList<>();

    /** Writes words of 8 bytes one after another. */
    private static void words(final MemorySegment image, final long at, final long... words) {
        for (int i = 0; i < words.length; i++) {
            image.set(ValueLayout.JAVA_LONG, at + 8L * i, words[i]);
        }
    }

    private static long isLinkage(final Kind kind) {
        return kind.name.contains("JUMP_SLOT") ? 1 : 0;
    }

    /** A loaded object with a relocation of each kind, each of a function of its own. */
    private LoadedLibrary load(final MemorySegment image, final Processor processor, final List<Kind> kinds, final boolean made) {
        final long shift = made ? image.address() : 0; // glibc makes the addresses of the dynamic section absolute, musl does not
        // Elf64_Phdr: type and flags, offset, vaddr, paddr, filesz, memsz, align. PT_LOAD, then PT_DYNAMIC.
        words(image, 0, 1 | 5L << 32, 0, 0, 0, image.byteSize(), image.byteSize(), 1 << 16);
        words(image, 56, 2 | 6L << 32, DYNAMIC, DYNAMIC, DYNAMIC, 160, 160, 8);
        long name = 1; // the first byte is the empty name
        final long[] count = new long[2];
        for (int i = 0; i < kinds.size(); i++) {
            final Kind kind = kinds.get(i);
            final String function = "f" + i + "_" + kind.name;
            image.setString(NAMES + name, function);
            // Elf64_Sym 1 + i: st_name, st_info (a global function), st_other, st_shndx (undefined), st_value, st_size
            words(image, SYMBOLS + 24L * (1 + i), name | 0x12L << 32, 0, 0);
            name += function.length() + 1;
            final int table = (int) isLinkage(kind);
            // Elf64_Rela: r_offset, r_info (symbol above, type below), r_addend
            words(image, (table == 0 ? RELOCATIONS : LINKAGE) + 24 * count[table]++, SLOTS + 8L * i, (1L + i) << 32 | kind.number,
                kind.addend);
            words(image, SLOTS + 8L * i, 1000 + i);
        }
        for (int table = 0; table < 2; table++) {
            for (int i = 0; i < kinds.size(); i++) {
                if (kinds.get(i).isAddress && isLinkage(kinds.get(i)) == table) {
                    expected.add("f" + i + "_" + kinds.get(i).name);
                    expectedSlots.add(SLOTS + 8L * i);
                }
            }
        }
        // DT_STRTAB 5, DT_SYMTAB 6, DT_RELA 7, DT_RELASZ 8, DT_RELAENT 9, DT_PLTRELSZ 2, DT_PLTREL 20 (DT_RELA), DT_JMPREL 23, DT_NULL
        words(image, DYNAMIC, 5, shift + NAMES, 6, shift + SYMBOLS, 7, shift + RELOCATIONS, 8, 24 * count[0], 9, 24, 2, 24 * count[1],
            20, 7, 23, shift + LINKAGE, 0x6ffffff9L, 3, 0, 0);
        return LoadedLibrary.read(processor, image.address(), "libmade.so", image.address(), 2);
    }

    @ParameterizedTest
    @CsvSource({"AARCH64, true", "AARCH64, false", "X86_64, true", "X86_64, false"})
    void shouldLeadEachCallElsewhereThatAProcessorsRelocationsFill(final Processor processor, final boolean made) {
        final List<Kind> kinds = processor == Processor.AARCH64 ? AARCH64 : X86_64;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment image = arena.allocate(1 << 14, 1 << 12);
            final LoadedLibrary library = load(image, processor, kinds, made);
            assertEquals(expected, library.imports());
            final Redirection redirection = library.redirect(name -> Optional.of(MemorySegment.ofAddress(7)));
            assertEquals(Set.copyOf(expected), redirection.functions());
            for (int i = 0; i < kinds.size(); i++) {
                final long at = SLOTS + 8L * i;
                assertEquals(expectedSlots.contains(at) ? 7 : 1000 + i, image.get(ValueLayout.JAVA_LONG, at), kinds.get(i).toString());
            }
            redirection.close(); // no such library is loaded: nothing is touched any more
        }
    }
}
