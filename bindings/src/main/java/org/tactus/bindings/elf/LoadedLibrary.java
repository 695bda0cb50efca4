// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A library that this process has loaded: which functions it imports, and through which slots it calls them. The linker fills a slot when
 * the library is loaded, or at the first call through it; a slot that is written later leads the library's calls elsewhere, and nobody
 * else's. Control thread.
 */
public final class LoadedLibrary {
    /** A C function's name is read up to so many bytes. */
    private static final long MAX_NAME_BYTES = 1 << 12;
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final MethodHandle ITERATE = iterate();

    private final String file;
    private final long base;
    private final long relroBegin;
    private final long relroEnd;
    private final List<Slot> slots;

    /**
     * A word of the library that holds the address of a function that it calls.
     *
     * @param function the function's name
     * @param address  of the word
     */
    record Slot(String function, long address) {
    }

    private LoadedLibrary(final String file, final long base, final long relroBegin, final long relroEnd, final List<Slot> slots) {
        this.file = file;
        this.base = base;
        this.relroBegin = relroBegin;
        this.relroEnd = relroEnd;
        this.slots = slots;
    }

    private static MethodHandle iterate() {
        final Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find("dl_iterate_phdr").map(address -> linker.downcallHandle(address,
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG))).orElse(null);
    }

    /**
     * Tells whether slots can be found on this machine.
     *
     * @return what lacks, in one line; empty when nothing does
     */
    public static Optional<String> absence() {
        if (ITERATE == null) {
            return Optional.of("the C library has no dl_iterate_phdr");
        }
        return Processor.ofThisMachine().isPresent() ? Optional.empty()
            : Optional.of("relocations of the processor '" + System.getProperty("os.arch") + "' are not known; x86-64 and AArch64 are");
    }

    /**
     * Finds a library by its file.
     *
     * @param file as it was loaded, or another path of the same file
     * @return the library; empty when this process has not loaded it
     * @throws IllegalStateException where {@link #absence} says what lacks
     */
    public static Optional<LoadedLibrary> find(final Path file) {
        absence().ifPresent(text -> {
            throw new IllegalStateException(text);
        });
        return objects().stream().filter(object -> isOf(object.file, file)).findFirst();
    }

    private static boolean isOf(final String loaded, final Path file) {
        try {
            return !loaded.isEmpty() && Files.exists(Path.of(loaded)) && Files.isSameFile(Path.of(loaded), file);
        } catch (final IOException | InvalidPathException e) {
            return false;
        }
    }

    /** Everything that is loaded. */
    private static List<LoadedLibrary> objects() {
        final Visitor visitor = new Visitor();
        try (Arena arena = Arena.ofConfined()) {
            final MethodHandle visit = MethodHandles.lookup().findVirtual(
                Visitor.class, "visit", MethodType.methodType(int.class, long.class, long.class, long.class)).bindTo(visitor);
            final MemorySegment callback = Linker.nativeLinker().upcallStub(visit, FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG), arena);
            final int stopped = (int) ITERATE.invokeExact(callback, 0L);
            if (stopped != 0) {
                throw new IllegalStateException("a loaded library is not as expected", visitor.broken);
            }
            return visitor.found;
        } catch (final RuntimeException | Error e) {
            throw e;
        } catch (final Throwable e) {
            throw new AssertionError("dl_iterate_phdr has another type", e);
        }
    }

    /** Takes what dl_iterate_phdr tells; an exception that left it would end the JVM. */
    private static final class Visitor {
        private final Processor processor = Processor.ofThisMachine().orElseThrow();
        private final List<LoadedLibrary> found = new ArrayList<>();
        private Throwable broken;

        int visit(final long info, final long bytes, final long ignored) {
            try {
                found.add(read(processor, word(info + ElfLayout.INFO_ADDRESS), string(word(info + ElfLayout.INFO_NAME)),
                    word(info + ElfLayout.INFO_HEADERS), half(info + ElfLayout.INFO_COUNT) & 0xFFFF));
                return 0;
            } catch (final Throwable e) {
                broken = e;
                return 1;
            }
        }
    }

    /** Reads an object whose program headers are at an address. */
    static LoadedLibrary read(final Processor processor, final long base, final String file, final long headers, final int count) {
        long dynamic = 0;
        long relroBegin = 0;
        long relroEnd = 0;
        for (int i = 0; i < count; i++) {
            final long header = headers + i * ElfLayout.HEADER_BYTES;
            final int type = integer(header + ElfLayout.HEADER_TYPE);
            final long address = base + word(header + ElfLayout.HEADER_ADDRESS);
            if (type == ElfLayout.PT_DYNAMIC) {
                dynamic = address;
            } else if (type == ElfLayout.PT_GNU_RELRO) {
                relroBegin = address;
                relroEnd = address + word(header + ElfLayout.HEADER_SIZE);
            }
        }
        return new LoadedLibrary(
            file, base, relroBegin, relroEnd, dynamic == 0 || file.isEmpty() ? List.of() : slots(processor, base, dynamic));
    }

    /** The slots of all relocations that stand for a function's address. */
    private static List<Slot> slots(final Processor processor, final long base, final long dynamic) {
        final long[] values = new long[ElfLayout.DT_JMPREL + 1];
        for (long at = dynamic; word(at) != ElfLayout.DT_NULL; at += ElfLayout.DYNAMIC_BYTES) {
            if (word(at) > 0 && word(at) < values.length) {
                values[(int) word(at)] = word(at + ElfLayout.DYNAMIC_VALUE);
            }
        }
        final List<Slot> found = new ArrayList<>();
        final long symbols = absolute(base, values[ElfLayout.DT_SYMTAB]);
        final long names = absolute(base, values[ElfLayout.DT_STRTAB]);
        if (symbols != 0 && names != 0) {
            read(processor, base, absolute(base, values[ElfLayout.DT_RELA]), values[ElfLayout.DT_RELASZ], symbols, names, found);
            read(processor, base, absolute(base, values[ElfLayout.DT_JMPREL]), values[ElfLayout.DT_PLTRELSZ], symbols, names, found);
        }
        return List.copyOf(found);
    }

    /** An address of the dynamic section: glibc has made it absolute, other C libraries leave it as in the file. */
    private static long absolute(final long base, final long value) {
        return value != 0 && Long.compareUnsigned(value, base) < 0 ? base + value : value;
    }

    private static void read(
        final Processor processor, final long base, final long relocations, final long bytes, final long symbols, final long names,
        final List<Slot> found) {
        for (long at = relocations; relocations != 0 && at < relocations + bytes; at += ElfLayout.RELOCATION_BYTES) {
            final long info = word(at + ElfLayout.RELOCATION_INFO);
            final long symbol = info >>> 32;
            if (symbol != 0 && processor.isAddress((int) info, word(at + ElfLayout.RELOCATION_ADDEND))) {
                final int name = integer(symbols + symbol * ElfLayout.SYMBOL_BYTES);
                found.add(new Slot(string(names + Integer.toUnsignedLong(name)), base + word(at)));
            }
        }
    }

    private static long word(final long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    private static int integer(final long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    private static short half(final long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    private static String string(final long address) {
        return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(MAX_NAME_BYTES).getString(0);
    }

    /**
     * Functions of other libraries that this one can call or whose address it keeps.
     *
     * @return names, as the linker knows them; one with two slots twice
     */
    public List<String> imports() {
        return slots.stream().map(Slot::function).toList();
    }

    /**
     * Leads the library's calls of some functions elsewhere, from the next call on. What the library has copied from a slot before, such as
     * a pointer to a function in a table that it filled itself, keeps the old address. The caller sees to it that the library is not called
     * meanwhile.
     *
     * @param functions by name, the address to call; empty for a function that stays
     * @return gives the old addresses back
     * @throws IllegalStateException when the system does not let a slot be written; then none is changed
     */
    public Redirection redirect(final Function<String, Optional<MemorySegment>> functions) {
        final Redirection made = new Redirection(this);
        try {
            for (final Slot slot : slots) {
                functions.apply(slot.function()).ifPresent(target -> made.write(slot, target.address()));
            }
            return made;
        } catch (final RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /** Whether the linker has made a slot read-only when the library was loaded: where all calls are bound at once. */
    boolean isReadOnly(final Slot slot, final long pageBytes) {
        return Long.compareUnsigned(slot.address(), relroBegin & -pageBytes) >= 0
            && Long.compareUnsigned(slot.address(), relroEnd & -pageBytes) < 0;
    }

    /** Whether the library is still loaded where it was. */
    boolean isLoaded() {
        return objects().stream().anyMatch(object -> object.base == base && object.file.equals(file));
    }

    @Override
    public String toString() {
        return file;
    }
}
