// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

/** Gives several things back, each of them, whatever another one throws. Used by one thread. */
public final class Closing {
    private Throwable first;

    /** Begins with nothing that failed. */
    public Closing() {
        // nothing has failed yet
    }

    /** One thing to give back. */
    @FunctionalInterface
    public interface Step {
        /**
         * Gives it back.
         *
         * @throws Exception when it cannot be given back
         */
        void run() throws Exception;
    }

    /**
     * Gives one thing back.
     *
     * @param step called at once; what it throws is kept for {@link #finish}
     */
    public void attempt(final Step step) {
        try {
            step.run();
        } catch (final Throwable e) {
            if (first == null) {
                first = e;
            } else if (first != e) {
                first.addSuppressed(e);
            }
        }
    }

    /** Throws what failed first, which holds what failed later; nothing when all went well. A checked exception comes wrapped. */
    public void finish() {
        if (first instanceof final RuntimeException e) {
            throw e;
        }
        if (first instanceof final Error e) {
            throw e;
        }
        if (first != null) {
            throw new IllegalStateException("not everything could be given back: " + first.getMessage(), first);
        }
    }
}
