// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.tactus.bindings.generated.tflite.tflite_error_reporter_t;
import org.tactus.bindings.generated.tflite.vsnprintf_t;

/**
 * Keeps what a library says of an interpreter's last failed call. The library calls back for errors only, so that the path of calls
 * that succeed has no upcall.
 */
final class ErrorText {
    private static final int TEXT_BYTES = 1 << 12;

    private final MemorySegment line;
    private final MemorySegment stub;
    private final StringBuilder said = new StringBuilder();

    ErrorText(final Arena arena) {
        line = arena.allocate(TEXT_BYTES);
        stub = tflite_error_reporter_t.allocate(this::say, arena);
    }

    long reporter() {
        return stub.address();
    }

    /** Never throws: an exception that leaves an upcall ends the process. */
    private synchronized void say(final long userData, final long format, final long arguments) {
        try {
            final int length = vsnprintf_t.invoke(TfLiteFunctions.VSNPRINTF, line.address(), TEXT_BYTES, format, arguments);
            if (length > 0 && said.length() < TEXT_BYTES) {
                said.append(said.isEmpty() ? "" : "; ").append(line.getString(0).strip());
            }
        } catch (final RuntimeException e) {
            said.append("a text that cannot be read");
        }
    }

    /** What was said since the last call of this. */
    synchronized String take() {
        final String text = said.isEmpty() ? "the library says no more" : said.toString();
        said.setLength(0);
        return text;
    }
}
