// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Numbers the threads and notes whose real-time scheduling is taken away. */
final class NumberedThreads implements ThreadSetup {
    private final Map<Integer, String> threads = new ConcurrentHashMap<>();
    private final List<String> ordinary = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final ThreadLocal<Integer> number = ThreadLocal.withInitial(next::incrementAndGet);

    @Override
    public String apply(final String role, final List<Integer> cores) {
        return "as started";
    }

    @Override
    public int threadId() {
        threads.put(number.get(), Thread.currentThread().getName());
        return number.get();
    }

    @Override
    public void ordinary(final int threadId) {
        ordinary.add(threads.get(threadId));
    }

    /** The names of the threads that lost it, in order; goes on while they run. */
    List<String> ordinary() {
        return ordinary;
    }
}
