// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.tactus.bindings.tflite.TfLite;

/** The user's libedgetpu, or why there is none; looked for once a process, when this class is first touched. */
final class EdgeTpuLibrary {
    /** The library with its TensorFlow Lite; null when there is none. */
    static final EdgeTpu LIBRARY;
    /** Why there is none, in one line; null when there is one. */
    static final String ABSENCE;

    private static final String SYSTEM_LIBRARY = "libedgetpu.so.1";

    static {
        EdgeTpu library = null;
        String absence = null;
        final String given = System.getProperty(EdgeTpu.PATH_PROPERTY, SYSTEM_LIBRARY);
        try {
            final SymbolLookup lookup = given.contains("/") ? SymbolLookup.libraryLookup(Path.of(given), Arena.global())
                : SymbolLookup.libraryLookup(given, Arena.global());
            if (TfLite.find().isEmpty()) {
                absence = given + " is there, but " + TfLite.absence().orElse("TensorFlow Lite is not");
            } else {
                library = EdgeTpu.of(TfLite.find().get(), lookup, given);
            }
        } catch (final IllegalStateException e) {
            absence = e.getMessage();
        } catch (final IllegalArgumentException e) {
            absence = "no " + given + "; install the package libedgetpu1-std of Coral, or name the library by -D" + EdgeTpu.PATH_PROPERTY
                + "=FILE";
        }
        LIBRARY = library;
        ABSENCE = absence;
    }

    private EdgeTpuLibrary() {
    }
}
