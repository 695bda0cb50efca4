// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** One library's functions: the address of each, named as in the C header; called through constant handles of their types. */
final class EdgeTpuFunctions {
    final MemorySegment listDevices;
    final MemorySegment freeDevices;
    final MemorySegment createDelegate;
    final MemorySegment freeDelegate;
    final MemorySegment version;
    private final SymbolLookup lookup;
    private final String library;

    EdgeTpuFunctions(final SymbolLookup lookup, final String library) {
        this.lookup = lookup;
        this.library = library;
        listDevices = function("edgetpu_list_devices");
        freeDevices = function("edgetpu_free_devices");
        createDelegate = function("edgetpu_create_delegate");
        freeDelegate = function("edgetpu_free_delegate");
        version = function("edgetpu_version");
    }

    private MemorySegment function(final String name) {
        return lookup.find(name).orElseThrow(
            () -> new IllegalArgumentException(library + " has no function " + name + "; it is not libedgetpu"));
    }
}
