// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * How to take back what was made, step by step: the last first, and all of it, whatever a step throws. Used by one thread at a time.
 */
public final class Undo {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    /** Makes one with nothing to take back. */
    public Undo() {
        // nothing was made
    }

    /**
     * Notes how to take back what was just made.
     *
     * @param step called once at most
     */
    public void add(final Runnable step) {
        steps.push(step);
    }

    /**
     * Takes everything back; nothing is left to take back then. An error of the JVM that a step throws is thrown when all steps were
     * called.
     *
     * @return what the first step that failed threw, which holds what later ones did; empty when none failed
     */
    public Optional<RuntimeException> run() {
        Throwable first = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (final RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof final Error e) {
            throw e;
        }
        return Optional.ofNullable((RuntimeException) first);
    }

    /**
     * Takes everything back because something broke.
     *
     * @param cause why; gets what broke meanwhile
     */
    public void run(final Throwable cause) {
        try {
            run().ifPresent(cause::addSuppressed);
        } catch (final Error e) {
            cause.addSuppressed(e);
        }
    }

    /** Takes everything back, and then throws what the first step that failed threw. */
    public void runOrThrow() {
        run().ifPresent(e -> {
            throw e;
        });
    }
}
