// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

/**
 * Records of a loaded 64-bit ELF object that are read here, by offset in bytes, and the numbers that stand in them (elf(5),
 * dl_iterate_phdr(3)).
 *
 * <pre>
 *   dl_phdr_info   0 address  8 name  16 program headers  24 their number (16 bits)
 *   Elf64_Phdr     0 type (32)  4 flags (32)  8 offset  16 vaddr  24 paddr  32 filesz  40 memsz  48 align       56 bytes
 *   Elf64_Dyn      0 tag  8 value                                                                              16 bytes
 *   Elf64_Rela     0 offset  8 symbol (upper 32), type (lower 32)  16 addend                                   24 bytes
 *   Elf64_Sym      0 name (32)  ...                                                                            24 bytes
 * </pre>
 */
final class ElfLayout {
    static final long INFO_ADDRESS = 0;
    static final long INFO_NAME = 8;
    static final long INFO_HEADERS = 16;
    static final long INFO_COUNT = 24;

    static final long HEADER_BYTES = 56;
    static final long HEADER_TYPE = 0;
    static final long HEADER_ADDRESS = 16;
    static final long HEADER_SIZE = 40;
    static final int PT_DYNAMIC = 2;
    static final int PT_GNU_RELRO = 0x6474e552;

    static final long DYNAMIC_BYTES = 16;
    static final long DYNAMIC_VALUE = 8;
    static final int DT_NULL = 0;
    static final int DT_PLTRELSZ = 2;
    static final int DT_STRTAB = 5;
    static final int DT_SYMTAB = 6;
    static final int DT_RELA = 7;
    static final int DT_RELASZ = 8;
    static final int DT_JMPREL = 23;

    static final long RELOCATION_BYTES = 24;
    static final long RELOCATION_INFO = 8;
    static final long RELOCATION_ADDEND = 16;
    static final long SYMBOL_BYTES = 24;

    private ElfLayout() {
    }
}
