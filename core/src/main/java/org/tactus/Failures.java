// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import java.util.function.Supplier;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.bindings.MissingLibraryException;
import org.tactus.bindings.NativeCallException;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.model.InvalidTaskSetException;

/** Says in the exceptions of this package what went wrong inside. */
final class Failures {
    private Failures() {
    }

    /** The result of a call; what it throws is translated. */
    static <T> T translated(final Supplier<T> call) {
        try {
            return call.get();
        } catch (final RuntimeException e) {
            throw translate(e);
        }
    }

    /** Translates an internal exception; one without a counterpart is returned unchanged. */
    static RuntimeException translate(final RuntimeException e) {
        return switch (e) {
            case InvalidTaskSetException wrong -> new TactusException.InvalidSet(wrong.field() + ": " + wrong.getMessage(), wrong);
            case InvalidModelException wrong -> new TactusException.InvalidSet(wrong.getMessage(), wrong);
            case TestNotApplicableException wrong -> new TactusException.InvalidSet(wrong.getMessage(), wrong);
            case AdmissionRefusedException refused -> refused.isOfLostDevice()
                ? new TactusException.DeviceLost(refused.getMessage(), refused)
                : new TactusException.Refused(refused.getMessage(), refused);
            case MissingLibraryException missing -> new TactusException.NativeError(missing.getMessage(), missing);
            case NativeCallException failed -> new TactusException.NativeError(failed.getMessage(), failed);
            default -> e;
        };
    }
}
