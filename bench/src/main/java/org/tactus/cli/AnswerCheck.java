// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tactus.cli.support.ExitStatus;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Offer;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Holds what networks answered in a run against the same mixture of segments run offline, bit by bit. Only of tasks whose every segment
 * was computed, as a device that only takes time has no answers, and whose network repeats its answers.
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
        for (final Task task : set.tasks()) {
            final Map<String, byte[]> answer = works.answers().get(task.name());
            final Optional<String> unrepeatable = works.unrepeatable(task.name());
            if (task.model().isPresent() && answer != null && isComputed(task) && unrepeatable.isPresent()) {
                print.println("answers of " + task.name() + " not compared with a run offline: its network " + unrepeatable.get());
            } else if (task.model().isPresent() && answer != null && isComputed(task)) {
                (same(answer, works.offline(set, task, seed)) ? equal : different).add(task.name());
            }
        }
        if (!equal.isEmpty()) {
            print.println("answers equal, bit by bit, to those of the same networks outside a run: " + String.join(", ", equal));
        }
        if (!different.isEmpty()) {
            print.println("ANSWERS DIFFER from the same mixture run offline: " + String.join(", ", different));
        }
        return different.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private boolean isComputed(final Task task) {
        return task.segments().stream().flatMap(segment -> Stream.concat(Stream.of(segment.device()),
            segment.offer().stream().map(Offer::device))).map(set.platform().devices()::get).allMatch(AnswerCheck::computes);
    }

    private static boolean computes(final DeviceSpec device) {
        return device.kind() == DeviceKind.CPU
            || device.kind() == DeviceKind.CUDA
            && (device.driver().equals(CudaDevices.SOFTWARE) || device.compute() == DeviceSpec.Compute.KERNELS);
    }

    private static boolean same(final Map<String, byte[]> one, final Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
            && one.entrySet().stream().allMatch(entry -> Arrays.equals(entry.getValue(), other.get(entry.getKey())));
    }
}
