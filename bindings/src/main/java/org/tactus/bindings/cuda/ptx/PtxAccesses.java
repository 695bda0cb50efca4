// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Loads and stores: of parameters, of global memory by its addresses, of a block's shared memory. */
final class PtxAccesses {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final VarHandle SHARED = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final PtxRegisters registers;
    private final Function<String, PtxParser.Address> addresses;

    PtxAccesses(final PtxRegisters registers, final Function<String, PtxParser.Address> addresses) {
        this.registers = registers;
        this.addresses = addresses;
    }

    /** The operation of an instruction. */
    PtxOperation of(final String opcode, final List<String> operands) {
        final String[] parts = opcode.replace(".nc", "").split("\\.");
        final String type = parts[parts.length - 1];
        final boolean load = parts[0].equals("ld");
        final PtxParser.Address address = addresses.apply(operands.get(load ? 1 : 0));
        final String value = operands.get(load ? 0 : 1);
        if (parts[1].equals("param")) {
            return parameter(address, type, value);
        }
        if (opcode.equals("red.global.add.u64")) {
            return add(registers.longWord(address.base()), address.offset(), registers.longWord(value));
        }
        final boolean vector = parts.length == 4 && parts[2].startsWith("v");
        if (parts[0].equals("red") || parts.length > 3 && !vector || !parts[1].equals("global") && !parts[1].equals("shared")) {
            throw new IllegalArgumentException("unknown instruction");
        }
        final String[] places = vector ? value.substring(1, value.length() - 1).strip().split("\\s*,\\s*") : new String[] {value};
        if (vector && places.length != Integer.parseInt(parts[2].substring(1))) {
            throw new IllegalArgumentException("a vector of " + places.length + " places");
        }
        if (!type.endsWith("32") && !type.endsWith("64")) {
            throw new IllegalArgumentException("accesses are known to 32 and 64 bits");
        }
        if (type.endsWith("64")) {
            if (vector || parts[1].equals("shared")) {
                throw new IllegalArgumentException("unknown instruction");
            }
            return wide(load, registers.longWord(address.base()), address.offset(), registers.longWord(value));
        }
        final int[] words = Arrays.stream(places).mapToInt(registers::word).toArray();
        if (parts[1].equals("shared")) {
            final int base = address.shared() >= 0 ? registers.word(String.valueOf(address.shared())) : registers.word(address.base());
            return shared(load, base, (int) address.offset(), words);
        }
        return global(load, registers.longWord(address.base()), address.offset(), words);
    }

    private PtxOperation parameter(final PtxParser.Address address, final String type, final String value) {
        if (address.parameter() == null) {
            throw new IllegalArgumentException("no parameter " + address.base());
        }
        final int from = address.parameter().register() * PtxWarp.LANES;
        if (type.endsWith("64")) {
            final int to = registers.longWord(value);
            return warp -> {
                for (int i = 0; i < warp.count; i++) {
                    warp.longs[to + warp.lanes[i]] = warp.longs[from + warp.lanes[i]];
                }
            };
        }
        final int to = registers.word(value);
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                warp.words[to + warp.lanes[i]] = (int) warp.longs[from + warp.lanes[i]];
            }
        };
    }

    private static void check(final PtxWarp warp, final long address, final int bytes) {
        if (address < warp.low || address + bytes > warp.high) {
            warp.locate(address, bytes);
        }
        if ((address & bytes - 1) != 0) {
            throw new PtxFault(PtxFault.Kind.ALIGNMENT,
                "address 0x" + Long.toHexString(address) + " is no multiple of " + bytes + ": " + warp.where());
        }
    }

    private static PtxOperation add(final int base, final long offset, final int value) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final long address = warp.longs[base + warp.lanes[i]] + offset;
                check(warp, address, Long.BYTES);
                final long at = PtxMemory.onHost(address);
                ALL.set(ValueLayout.JAVA_LONG, at, ALL.get(ValueLayout.JAVA_LONG, at) + warp.longs[value + warp.lanes[i]]);
            }
        };
    }

    private static PtxOperation wide(final boolean load, final int base, final long offset, final int value) {
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final long address = warp.longs[base + warp.lanes[i]] + offset;
                check(warp, address, Long.BYTES);
                final long at = PtxMemory.onHost(address);
                if (load) {
                    warp.longs[value + warp.lanes[i]] = ALL.get(ValueLayout.JAVA_LONG, at);
                } else {
                    ALL.set(ValueLayout.JAVA_LONG, at, warp.longs[value + warp.lanes[i]]);
                }
            }
        };
    }

    private static PtxOperation global(final boolean load, final int base, final long offset, final int[] values) {
        final int bytes = values.length * Integer.BYTES;
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                final long address = warp.longs[base + lane] + offset;
                check(warp, address, bytes);
                final long at = PtxMemory.onHost(address);
                for (int k = 0; k < values.length; k++) {
                    if (load) {
                        warp.words[values[k] + lane] = ALL.get(ValueLayout.JAVA_INT, at + 4L * k);
                    } else {
                        ALL.set(ValueLayout.JAVA_INT, at + 4L * k, warp.words[values[k] + lane]);
                    }
                }
            }
        };
    }

    private static PtxOperation shared(final boolean load, final int base, final int offset, final int[] values) {
        final int bytes = values.length * Integer.BYTES;
        return warp -> {
            for (int i = 0; i < warp.count; i++) {
                final int lane = warp.lanes[i];
                final int address = warp.words[base + lane] + offset;
                if (address < 0 || address + bytes > warp.shared.length) {
                    throw new PtxFault(PtxFault.Kind.ADDRESS, "shared memory of " + warp.shared.length + " bytes has no place " + address
                        + ": " + warp.where());
                }
                if ((address & bytes - 1) != 0) {
                    throw new PtxFault(PtxFault.Kind.ALIGNMENT, "place " + address + " of shared memory is no multiple of " + bytes + ": "
                        + warp.where());
                }
                for (int k = 0; k < values.length; k++) {
                    if (load) {
                        warp.words[values[k] + lane] = (int) SHARED.get(warp.shared, address + 4 * k);
                    } else {
                        SHARED.set(warp.shared, address + 4 * k, warp.words[values[k] + lane]);
                    }
                }
            }
        };
    }
}
