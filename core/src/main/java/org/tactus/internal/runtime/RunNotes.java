// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is to be said of a run besides its figures: what the system granted, by thread, and what is not as it should be. Any thread. */
final class RunNotes {
    private final Map<String, String> granted = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    /** Says what a thread, or the process, was granted; a later word takes the place of an earlier one. */
    synchronized void granted(final String thread, final String what) {
        granted.put(thread, what);
    }

    /** Says what is not as it should be, once however often it is noticed. */
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
