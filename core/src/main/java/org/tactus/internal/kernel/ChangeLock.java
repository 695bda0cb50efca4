// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.concurrent.locks.ReentrantLock;
import org.tactus.internal.lifecycle.Rest;

/**
 * Held by whoever changes what tasks a kernel has. A task that joins may wait for room for as long as the others' periods last; it lets
 * removals through meanwhile, since nothing of the tables is half written then: a removal marks a task that is there, which the one who
 * waits does not touch. A listener that removes a task would else keep the monitor from everything for that time, and the removal may be
 * what the room waits for. Any thread.
 */
final class ChangeLock {
    private final ReentrantLock lock = new ReentrantLock();

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** Lets others change something for a moment, or longer while they do. The thread that holds the lock, once. */
    void rest(final long ns) {
        lock.unlock();
        try {
            Rest.ns(ns);
        } finally {
            lock.lock();
        }
    }
}
