// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.internal.graph.InvalidModelException;

/** Networks that cannot be used, collected so that all of them are named at once. One thread. */
final class Refusals {
    private final List<InvalidModelException> all = new ArrayList<>();

    void add(final InvalidModelException refusal) {
        all.add(refusal);
    }

    /** Throws what was collected, a line for each network, if anything was. */
    void throwAll() {
        if (all.size() == 1) {
            throw all.getFirst();
        }
        if (!all.isEmpty()) {
            final Set<String> lines = all.stream().flatMap(refusal -> refusal.getMessage().lines())
                .collect(Collectors.toCollection(LinkedHashSet::new)); // two tasks may have one network
            final InvalidModelException together = new InvalidModelException(String.join("\n", lines), all.getFirst());
            all.stream().skip(1).forEach(together::addSuppressed);
            throw together;
        }
    }
}
