// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Computes numbered pieces of work on threads; the results stand in order, whatever the threads did. */
public final class Workers {
    private Workers() {
    }

    /**
     * Computes numbered pieces of work.
     *
     * @param threads how many threads compute
     * @param count   pieces, numbered from 0
     * @param work    computes a piece; any of the threads calls it
     * @param <T>     type of a result
     * @return the results, in order
     */
    public static <T> List<T> map(final int threads, final int count, final IntFunction<T> work) {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            final List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                final int index = i;
                futures.add(pool.submit(() -> work.apply(index)));
            }
            final List<T> results = new ArrayList<>();
            for (final Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (final ExecutionException e) {
            throw new IllegalStateException("the experiment failed: " + e.getCause().getMessage(), e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the experiment was interrupted", e);
        }
    }
}
