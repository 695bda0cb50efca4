// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** The networks of a case study: what they answer in a way of sharing memory, beside what they answer with all memory to themselves. */
final class StudyNetworks {
    private final Path models;
    /** By task and output. */
    private final Map<String, Map<String, byte[]>> unswapped = new LinkedHashMap<>();

    private StudyNetworks(final Path models) {
        this.models = models;
    }

    /** Runs each network once, unswapped; empty for a set without networks, and for a device on which their weights are not swapped. */
    static Optional<StudyNetworks> of(final TaskSet set, final Path models, final long seed) {
        final DeviceSpec device = set.platform().devices().getFirst();
        if (device.kind() != DeviceKind.CUDA || !device.driver().equals(CudaDevices.SOFTWARE)) {
            return Optional.empty();
        }
        final StudyNetworks networks = new StudyNetworks(models);
        final NetworkWorks works = new NetworkWorks(models);
        for (final Task task : set.tasks()) {
            if (task.model().isPresent()) {
                networks.unswapped.put(task.name(), works.offline(set, task, seed));
            }
        }
        return networks.unswapped.isEmpty() ? Optional.empty() : Optional.of(networks);
    }

    /** Begins a way. */
    Computed compute() {
        return new Computed();
    }

    /** What the networks do in one way. */
    final class Computed {
        private final NetworkWorks works = new NetworkWorks(models);
        private final List<String> errors = Collections.synchronizedList(new ArrayList<>());

        NetworkWorks works() {
            return works;
        }

        /** Notes the errors that stop tasks. */
        KernelListener listener() {
            return new KernelListener() {
                @Override
                public void onError(final String task, final Throwable cause) {
                    errors.add("'" + task + "' was stopped: " + cause.getMessage());
                }
            };
        }

        /** What is wrong, after the run was closed: errors, and last answers that are not the unswapped ones. */
        List<String> wrong() {
            final List<String> wrong = new ArrayList<>(errors);
            unswapped.forEach((task, expected) -> {
                final Map<String, byte[]> answer = works.answers().getOrDefault(task, Map.of());
                if (!answer.keySet().equals(expected.keySet())
                    || !expected.keySet().stream().allMatch(output -> Arrays.equals(expected.get(output), answer.get(output)))) {
                    wrong.add("'" + task + "' answered otherwise");
                }
            });
            return wrong;
        }
    }
}
