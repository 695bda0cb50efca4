// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets the dispatchers of a kernel start in two steps: each calls at ordinary priority what it will call later, and none takes its
 * real-time priority before all have done so. What is called for the first time makes the JVM load classes and link methods, and
 * inside that the JVM waits for other threads by looking again every microsecond (its {@code GlobalCounter}, which guards the tables of
 * classes and of methods). A thread of higher priority that waits so for one of lower priority on the same core hardly lets it run: both
 * would stand still, and with them every thread that needs the same tables.
 */
final class StartGate {
    private static final long LOOK_MS = 10;

    private final CountDownLatch rehearsed;
    private final CountDownLatch ready;

    /** For so many threads. */
    StartGate(final int threads) {
        rehearsed = new CountDownLatch(threads);
        ready = new CountDownLatch(threads);
    }

    /** A thread has rehearsed, or has failed to. */
    void rehearsed() {
        rehearsed.countDown();
    }

    /** Waits until all threads have rehearsed, or until the caller is not to go on. */
    void awaitRehearsed(final BooleanSupplier goesOn) throws InterruptedException {
        boolean all = false;
        while (!all && goesOn.getAsBoolean()) {
            all = rehearsed.await(LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** A thread has set itself up, or has failed to. */
    void ready() {
        ready.countDown();
    }

    /** Waits until each thread has set itself up. */
    void awaitReady() throws InterruptedException {
        ready.await();
    }
}
