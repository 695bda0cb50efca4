// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.model.InvalidTaskSetException;

/** Networks and code that cannot be used, collected so that all of them are named at once. One thread. */
final class Refusals {
    private final List<RuntimeException> all = new ArrayList<>();

    /** Prepares something; what its model or its task makes impossible is collected, and anything else goes on to the caller. */
    void collect(final Runnable preparing) {
        try {
            preparing.run();
        } catch (final InvalidModelException | InvalidTaskSetException e) {
            all.add(e);
        }
    }

    /** Throws what was collected, a line for each network or task, if anything was. */
    void throwAll() {
        if (all.size() == 1) {
            throw all.getFirst();
        }
        if (!all.isEmpty()) {
            final Set<String> lines = all.stream().flatMap(refusal -> refusal.getMessage().lines())
                .collect(Collectors.toCollection(LinkedHashSet::new)); // two tasks may have one network
            final RuntimeException together = together(String.join("\n", lines));
            all.stream().filter(refusal -> refusal != together.getCause()).forEach(together::addSuppressed);
            throw together;
        }
    }

    /** One that a program which catches the first refusal of the task set catches, too. */
    private RuntimeException together(final String lines) {
        final Optional<InvalidTaskSetException> ofSet = all.stream().filter(InvalidTaskSetException.class::isInstance)
            .map(InvalidTaskSetException.class::cast).findFirst();
        if (ofSet.isEmpty()) {
            return new InvalidModelException(lines, all.getFirst());
        }
        final InvalidTaskSetException refusal = new InvalidTaskSetException(ofSet.get().field(), lines);
        refusal.initCause(ofSet.get());
        return refusal;
    }
}
