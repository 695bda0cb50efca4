// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.tactus.internal.kernel.Kernel;
import org.tactus.model.Task;

/** Every task that a run has admitted, in that order, with the bound that held for it last. Any thread: each call is one step. */
final class AdmittedTasks {
    private final List<Admitted> all = new ArrayList<>();
    private final Map<String, Admitted> lastByName = new LinkedHashMap<>();
    private final Map<Integer, Integer> indexByGeneration = new HashMap<>();

    /** One of them. */
    static final class Admitted {
        private final RunHandle handle;
        private final Task task;
        private final int before;
        private boolean nameUsedAgain;
        private OptionalLong boundNs;

        private Admitted(final RunHandle handle, final Task task, final int before, final OptionalLong boundNs) {
            this.handle = handle;
            this.task = task;
            this.before = before;
            this.boundNs = boundNs;
        }

        RunHandle handle() {
            return handle;
        }

        Task task() {
            return task;
        }

        /** The bound that held last while the task was there. */
        OptionalLong boundNs() {
            return boundNs;
        }

        void bound(final OptionalLong ns) {
            boundNs = ns;
        }

        /** The task under a name that is unique in the results: earlier tasks of the same name are called NAME~1, NAME~2. */
        Task namedApart() {
            return nameUsedAgain ? task.withName(task.name() + '~' + (before + 1)) : task;
        }
    }

    synchronized void add(final RunHandle handle, final Task task, final OptionalLong boundNs) {
        final Admitted earlier = lastByName.get(task.name());
        final Admitted added = new Admitted(handle, task, earlier == null ? 0 : earlier.before + 1, boundNs);
        if (earlier != null) {
            earlier.nameUsedAgain = true;
        }
        indexByGeneration.put(handle.generation(), all.size());
        all.add(added);
        lastByName.put(task.name(), added);
    }

    synchronized List<Admitted> all() {
        return List.copyOf(all);
    }

    /** Those that the kernel still holds. */
    List<Admitted> present(final Kernel kernel) {
        return all().stream().filter(entry -> kernel.isPresent(entry.handle.slot(), entry.handle.generation())).toList();
    }

    synchronized List<String> names() {
        return List.copyOf(lastByName.keySet());
    }

    synchronized Optional<RunHandle> last(final String name) {
        return Optional.ofNullable(lastByName.get(name)).map(Admitted::handle);
    }

    /** Index in {@link #all} of the task that has a generation; -1 when no such task was admitted. */
    synchronized int indexOf(final int generation) {
        return indexByGeneration.getOrDefault(generation, -1);
    }
}
