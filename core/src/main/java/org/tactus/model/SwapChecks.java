// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;
import org.tactus.internal.time.Sizes;

/** Checks of one task that is swapped or streams, against the devices that it runs on. */
final class SwapChecks {
    private final Task task;
    private final String at;
    private final Platform platform;

    SwapChecks(final Task task, final String at, final Platform platform) {
        this.task = task;
        this.at = at;
        this.platform = platform;
    }

    void check() {
        if (task.memory().isEmpty()) {
            return;
        }
        final TaskMemory own = task.memory().get();
        checkConstants(own);
        if (own.swapBytes().orElse(0) > 0) {
            for (final Segment segment : task.segments()) {
                final DeviceSpec device = platform.devices().get(segment.device());
                device.memory().ifPresent(memory -> TaskSetBuilder.check(memory.swaps(), at + ".memory.swap", "'" + device.name()
                    + "' swaps nothing; give it 'chunk', 'chunkIn' and 'chunkOut', or remove 'swap' from '" + task.name() + "'"));
            }
        }
        own.streamBytes().ifPresent(budget -> checkStream(own, budget));
    }

    private void checkConstants(final TaskMemory own) {
        final List<Long> constants = own.segmentConstantBytes();
        final String here = at + ".memory.constants";
        TaskSetBuilder.check(constants.size() <= task.segments().size(), here, constants.size() + " sizes are given for the "
            + task.segments().size() + " segments of '" + task.name() + "'; give one a segment");
        long left = own.constantBytes();
        for (final long bytes : constants) {
            TaskSetBuilder.check(bytes >= 0 && bytes <= left, here, "they are more than the " + Sizes.exact(own.constantBytes())
                + " of the footprint that are neither scratch nor state; raise 'footprint', or remove it");
            left -= bytes;
        }
    }

    private void checkStream(final TaskMemory own, final long budget) {
        final String here = at + ".stream";
        final int index = task.segments().getFirst().device();
        final DeviceSpec device = platform.devices().get(index);
        TaskSetBuilder.check(budget > 0, here, "the budget must be above 0");
        TaskSetBuilder.check(task.segments().stream().allMatch(segment -> segment.device() == index), here, "'" + task.name()
            + "' runs on several devices; a task that streams has all its segments on one, move them or remove the key");
        TaskSetBuilder.check(task.choices().isEmpty() && task.segments().stream().allMatch(segment -> segment.offer().isEmpty()), here,
            "'" + task.name() + "' leaves variants open or offers a segment, which a task that streams cannot; remove one of the two");
        TaskSetBuilder.check(device.memory().isPresent() && device.memory().get().swaps(), here, "'" + device.name()
            + "' has no memory that is swapped; give it 'memory', 'chunk', 'chunkIn' and 'chunkOut', or remove the key");
        final DeviceMemory memory = device.memory().get();
        TaskSetBuilder.check(own.swapBytes().isEmpty(), here, "'swap' says how much of '" + task.name()
            + "' may be out, and of a task that streams all constants may be; remove 'swap' or 'stream'");
        TaskSetBuilder.check(memory.protocol() == SwapProtocol.SEQ, here, "'" + device.name() + "' has 'protocol: "
            + memory.protocol().text() + "', for which no sound test of streaming is known; write 'protocol: seq', or remove the key");
        TaskSetBuilder.check(memory.residency() == Residency.SEMANTIC, here, "'" + device.name()
            + "' copies every chunk both ways, and what streams is dropped; write 'residency: semantic', or remove the key");
        if (task.segments().stream().anyMatch(segment -> segment.wcetNs() == Segment.UNMEASURED)) {
            return; // what each segment reads is measured with the times
        }
        TaskSetBuilder.check(own.constantBytes() > 0, here, "'" + task.name()
            + "' has no constants that could stream: all its memory is scratch or state; name 'scratch' or 'state', or remove the key");
        TaskSetBuilder.check(task.segments().size() == 1 || !own.segmentConstantBytes().isEmpty(), here, "what each segment of '"
            + task.name() + "' reads is not known; write 'constants: [SIZE, ...]' in its 'memory', one a segment");
        checkLargest(own, budget, memory, here);
    }

    private void checkLargest(final TaskMemory own, final long budget, final DeviceMemory memory, final String here) {
        int largest = 0;
        long needed = task.segments().size() == 1 ? own.constantBytes() : 0;
        for (int k = 0; k < own.segmentConstantBytes().size(); k++) {
            if (own.segmentConstantBytes().get(k) > needed) {
                largest = k;
                needed = own.segmentConstantBytes().get(k);
            }
        }
        final long whole = Math.ceilDiv(needed, memory.chunkBytes()) * memory.chunkBytes();
        TaskSetBuilder.check(budget / memory.chunkBytes() * memory.chunkBytes() >= whole, here, "the budget of " + Sizes.exact(budget)
            + " does not hold segment " + largest + " of '" + task.name() + "', which reads " + Sizes.exact(whole)
            + " in whole chunks; write at least 'stream: " + Sizes.exact(whole) + "', or cut its network into more segments");
    }
}
