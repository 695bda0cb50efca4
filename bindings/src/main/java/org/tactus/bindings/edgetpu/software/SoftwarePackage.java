// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.cost.InvocationBytes;

/** A package that the device knows: its number in the cache, what an invocation moves, how long it executes at full clock. */
record SoftwarePackage(int number, long toDeviceBytes, long toHostBytes, long executionNs) {
    /** 500 MHz. */
    private static final long NS_PER_CYCLE = 2;

    static SoftwarePackage of(final EdgePackage content, final SoftwareTpu device) {
        final InvocationBytes bytes = content.bytes();
        final long cycles = content.main().estimatedCycles();
        return new SoftwarePackage(device.add(content.token(), bytes.cached()), bytes.input() + bytes.instructions() + bytes.streamed(),
            bytes.output(), cycles > 0 ? cycles * NS_PER_CYCLE : device.cost().executionNs(bytes.cached() + bytes.streamed()));
    }
}
