// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.Optional;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;

/**
 * What a set must keep on a device where code of the program runs, for its bounds to hold: the code may make its dispatcher wait, which
 * then looks at no move, so no bound may count on moves beside executions ({@code docs/proofs/swapping.md}, "Code that makes its dispatcher
 * wait").
 */
public final class CodeCondition {
    private CodeCondition() {
    }

    /**
     * Says what a set does not keep.
     *
     * @param set    the set as it would run
     * @param device index of a device where code of the program runs
     * @return one clause; empty when it keeps all, or when nothing is swapped there
     */
    public static Optional<String> objection(final TaskSet set, final int device) {
        if (!set.swapsOn(device)) {
            return Optional.empty();
        }
        final DeviceMemory memory = set.platform().devices().get(device).memory().orElseThrow();
        if (memory.protocol() == SwapProtocol.OVL) {
            return Optional.of("it loads beside executions, for which the dispatcher must look; write 'protocol: seq' or 'protocol: spe'");
        }
        if (memory.background()) {
            return Optional.of("it moves chunks in the background, and while the code makes the dispatcher wait nobody ends such a move in"
                + " time; write 'background: false'");
        }
        return set.tasks().stream()
            .filter(task -> task.segments().size() > 1 && task.segments().stream().anyMatch(segment -> segment.device() == device))
            .findFirst().map(task -> "'" + task.name() + "' has several segments, whose loads run beside executions, for which the"
                + " dispatcher must look; give each task of the device one segment");
    }
}
