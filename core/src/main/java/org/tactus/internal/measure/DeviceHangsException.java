// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import org.tactus.model.InvalidTaskSetException;

/** A sample that does not come back: its device must not be closed, as the call that hangs may still use it. */
final class DeviceHangsException extends InvalidTaskSetException {
    private static final long serialVersionUID = 1;

    DeviceHangsException(final String field, final String message) {
        super(field, message);
    }
}
