// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what a report says beside its figures: what the system granted each thread, and warnings. Any thread. */
final class RunNotes {
    private final Map<String, String> granted = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    /** Notes what a thread, or the process, was granted, in place of an earlier note. */
    synchronized void granted(final String thread, final String what) {
        granted.put(thread, what);
    }

    /** Adds a warning, once however often it is noticed. */
    synchronized void warn(final String sentence) {
        warnings.add(sentence);
    }

    synchronized Map<String, String> granted() {
        return Map.copyOf(granted);
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }
}
