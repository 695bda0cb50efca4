// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.tactus.internal.device.Device;

/** A device of a test that says only how a segment starts and ends: asynchronous, without failures, with nothing to close. */
abstract class DeviceStub implements Device {
    @Override
    public long elapsedNs(final long startNs, final long observedNs) {
        return observedNs - startNs;
    }

    @Override
    public Throwable failure() {
        return null;
    }

    @Override
    public boolean isSynchronous() {
        return false;
    }

    @Override
    public String driver() {
        return "stub";
    }

    @Override
    public void close() {
        // nothing is held
    }
}
