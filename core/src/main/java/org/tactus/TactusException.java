// SPDX-License-Identifier: Apache-2.0
package org.tactus;

/**
 * Thrown when Tactus cannot do what it was asked. The message says what is wrong, where, and what would be right: in one line,
 * or in a line for each of several networks.
 */
public abstract sealed class TactusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TactusException(final String message, final Throwable cause) {
        super(message, cause);
    }

    /** The set, a task, or the workload of a task breaks a rule. The caller has to change its input. */
    public static final class InvalidSet extends TactusException {
        private static final long serialVersionUID = 1L;

        InvalidSet(final String message, final Throwable cause) {
            super(message, cause);
        }
    }

    /** The analysis or a full table refuses a task. The caller can ask for less, or remove another task first. */
    public static final class Refused extends TactusException {
        private static final long serialVersionUID = 1L;

        Refused(final String message, final Throwable cause) {
            super(message, cause);
        }
    }

    /** A device that the request needs does not answer any more. Only a new launch can bring it back. */
    public static final class DeviceLost extends TactusException {
        private static final long serialVersionUID = 1L;

        DeviceLost(final String message, final Throwable cause) {
            super(message, cause);
        }
    }

    /** A native library or the operating system reported an error, or is missing. */
    public static final class NativeError extends TactusException {
        private static final long serialVersionUID = 1L;

        NativeError(final String message, final Throwable cause) {
            super(message, cause);
        }
    }
}
