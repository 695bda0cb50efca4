// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.support.ExitStatus;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.time.Sizes;
import org.tactus.internal.work.NetworkOfferPort;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Offer;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Holds what networks of tasks, and of levels that were chosen, answered in a run against the same mixture of segments run offline, bit by
 * bit. Only where every segment was computed, as a device that only takes time has no answers, and where the network repeats its answers.
 */
final class AnswerCheck {
    private final TaskSet set;
    private final NetworkWorks works;
    private final long seed;

    AnswerCheck(final TaskSet set, final NetworkWorks works, final long seed) {
        this.set = set;
        this.works = works;
        this.seed = seed;
    }

    /** Says what was found; the exit status is 1 when an answer differs. */
    int report(final PrintStream print) {
        final List<String> equal = new ArrayList<>();
        final List<String> different = new ArrayList<>();
        for (final Task network : set.tasks().stream().flatMap(task -> Stream.concat(
            Stream.of(task).filter(own -> own.model().isPresent()), task.levelNetworks().stream())).toList()) {
            if (works.hasAnswered(network.name()) && isComputed(network)) {
                final Optional<String> unrepeatable = works.unrepeatable(network.name());
                if (unrepeatable.isPresent()) {
                    print.println("answers of " + network.name() + " not compared with a run offline: its network " + unrepeatable.get());
                } else {
                    (same(works.answers().get(network.name()), works.offline(set, network, seed)) ? equal : different).add(network.name());
                }
            }
        }
        set.tasks().stream().filter(task -> task.remote().isPresent() && task.model().isPresent())
            .forEach(task -> reportOffers(task, print));
        if (!equal.isEmpty()) {
            print.println("answers equal, bit by bit, to those of the same networks outside a run: " + String.join(", ", equal));
        }
        if (!different.isEmpty()) {
            print.println("ANSWERS DIFFER from the same mixture run offline: " + String.join(", ", different));
        }
        return different.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    /** Of a second machine: its processor and its library may take sums in another order, so that a difference is no error here. */
    private void reportOffers(final Task task, final PrintStream print) {
        if (!(works.offer(task) instanceof final NetworkOfferPort port)) {
            print.println("offers of " + task.name() + " carried nothing: its inputs or outputs take more than the "
                + Sizes.exact(NetworkOfferPort.MOST_BYTES) + " that one carries");
        } else if (port.answered() > 0) {
            final String text = "answers of " + task.remote().get().peer() + " to " + port.answered() + " offers of " + task.name();
            if (port.incomplete() > 0) {
                print.println(text + ": " + port.incomplete() + " had another size than its outputs; serve the same network there");
            } else if (works.unrepeatable(task.name()).isPresent()) {
                print.println(text + " not compared: its network " + works.unrepeatable(task.name()).get());
            } else {
                print.println(text + (port.different() == 0 && Arrays.equals(port.first(), offline(task))
                    ? " equal, bit by bit, to those of the same network here" : " differ from those of the same network here"));
            }
        }
    }

    private byte[] offline(final Task task) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        works.offline(set, task, seed).values().forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private boolean isComputed(final Task task) {
        return task.segments().stream().flatMap(segment -> Stream.concat(Stream.of(segment.device()),
            segment.offer().stream().map(Offer::device))).map(set.platform().devices()::get).allMatch(AnswerCheck::computes);
    }

    private static boolean computes(final DeviceSpec device) {
        return device.kind() == DeviceKind.CPU
            || device.kind() == DeviceKind.CUDA
            && (device.driver().equals(CudaDevices.SOFTWARE) || device.computesByKernels(OnnxRuntime::lacksGpu));
    }

    private static boolean same(final Map<String, byte[]> one, final Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
            && one.entrySet().stream().allMatch(entry -> Arrays.equals(entry.getValue(), other.get(entry.getKey())));
    }
}
