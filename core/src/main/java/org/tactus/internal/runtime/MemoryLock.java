// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;

/**
 * The lock on the memory of the process, shared by all its runs: the first one takes it, the last one that is closed gives it back.
 * Linux knows one such lock and does not count; a process that had locked memory before its first run keeps it locked. Any thread.
 */
final class MemoryLock implements AutoCloseable {
    private static int holders;
    /** Memory was locked before the first run: not ours to unlock. */
    private static boolean foreign;

    private final Grant grant;
    private boolean closed;

    private MemoryLock(final Grant grant) {
        this.grant = grant;
    }

    /** Locks the memory, or says why that was refused; to be closed either way. */
    static MemoryLock take() {
        synchronized (MemoryLock.class) {
            foreign = holders == 0 ? RealTime.lockedBytes() > 0 : foreign;
            final MemoryLock lock = new MemoryLock(RealTime.lockMemory());
            holders++;
            return lock;
        }
    }

    /** What the system granted. */
    String text() {
        return (grant.granted() ? "" : "NOT granted: ") + grant.text();
    }

    @Override
    public void close() {
        synchronized (MemoryLock.class) {
            if (!closed) {
                closed = true;
                holders--;
                if (holders == 0 && !foreign) {
                    RealTime.unlockMemory();
                }
            }
        }
    }
}
