// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Why an error was made, as far as its code does not tell: by code the last line, such as the instruction that failed. The text of the
 * code ends with it. Any thread.
 */
final class Reasons {
    private final Map<Integer, String> lines = new ConcurrentHashMap<>();
    /** Texts that callers may still hold the address of: they live as long as the driver does. */
    private final Map<String, MemorySegment> texts = new ConcurrentHashMap<>();

    /** Notes why an error was made last; null where its code says all. */
    void note(final int status, final String line) {
        if (line == null) {
            lines.remove(status);
        } else {
            lines.put(status, line);
        }
    }

    /** Address of the text of a code together with its reason; 0 where the code says all. */
    long text(final int status, final String code) {
        final String line = lines.get(status);
        return line == null ? 0
            : texts.computeIfAbsent(code + ": " + line, text -> Arena.ofAuto().allocateFrom(text)).address();
    }
}
