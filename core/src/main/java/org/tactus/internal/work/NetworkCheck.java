// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tactus.bindings.NativeCallException;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.network.SegmentChain;
import org.tactus.internal.quantise.QuantizedTask;
import org.tactus.model.DeviceKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Loads every network of a set, cut as the set says, and runs it once on a processor with drawn inputs: what is wrong with any of them is
 * known before the first is measured, and all of it at once. Networks with segments on an Edge TPU are left to the device.
 */
public final class NetworkCheck {
    private static final long SEED = 1;

    private NetworkCheck() {
    }

    /**
     * Checks a set's networks.
     *
     * @param set       the set
     * @param directory what relative paths of models count from
     * @throws InvalidModelException when networks are refused or do not run; its message has a line for each
     * @throws IllegalStateException when ONNX Runtime is not to be had; the message says what would mend it
     */
    public static void require(final TaskSet set, final Path directory) {
        final Set<String> wrong = new LinkedHashSet<>(); // several tasks may have one network
        for (final Task task : set.tasks()) {
            Stream.concat(Stream.of(task).filter(known -> known.model().isPresent()), task.levelNetworks().stream())
                .filter(network -> network.segments().stream()
                    .noneMatch(segment -> set.platform().devices().get(segment.device()).kind() == DeviceKind.EDGETPU))
                .forEach(network -> wrong(set, network, directory).ifPresent(wrong::add));
        }
        if (!wrong.isEmpty()) {
            throw new InvalidModelException(String.join("\n", wrong));
        }
    }

    private static Optional<String> wrong(final TaskSet set, final Task task, final Path directory) {
        try {
            if (task.choices().isPresent() && QuantizedTask.wants(task)) {
                QuantizedTask.of(task, directory, OnnxNetworks.WEIGHT_SEED); // its variants are cut between layers later
                return Optional.empty();
            }
            try (SegmentChain model = new NetworkWorks(directory).load(set, task)) {
                model.fillInputs(SEED);
                for (int i = 0; i < model.segments(); i++) {
                    model.run(i);
                }
            }
            return Optional.empty();
        } catch (final InvalidModelException e) {
            return Optional.of(e.getMessage());
        } catch (final NativeCallException e) {
            return Optional.of("task '" + task.name() + "': its network does not run: " + e.getMessage());
        }
    }
}
