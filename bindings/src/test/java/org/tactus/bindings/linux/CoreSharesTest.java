// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreSharesTest {
    @TempDir
    private Path threads;

    private void thread(final String number, final String name, final String cores) throws IOException {
        final Path folder = Files.createDirectories(threads.resolve(number));
        Files.writeString(folder.resolve("comm"), name + "\n");
        Files.writeString(folder.resolve("status"), "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t" + cores + "\nMems_allowed:\t1\n");
    }

    @Test
    void shouldFindTheCoresOfNamedThreadsWhenTheyArePinnedOtherwiseThanTheFirst() throws IOException {
        thread("10", "main", "0-3");
        thread("11", "mine-a", "2");
        thread("12", "mine-b", "0,3");
        thread("13", "mine-anywhere", "0-3");
        thread("14", "other", "1");
        Files.createDirectories(threads.resolve("15")); // one that ends meanwhile
        assertEquals(List.of(0, 2, 3), CoreShares.pinned(threads, "10", name -> name.startsWith("mine")));
    }

    @Test
    void shouldFindAPinnedThreadWhenTheProcessItselfMayNotRunThere() throws IOException {
        thread("10", "main", "0");
        thread("11", "mine", "1");
        assertEquals(List.of(1), CoreShares.pinned(threads, "10", name -> name.equals("mine")));
    }

    @Test
    void shouldFindNothingWhenTheProcessIsGone() {
        assertEquals(List.of(), CoreShares.pinned(threads.resolve("none"), "1", name -> true));
    }

    @Test
    void shouldLeaveNothingWhenAllCoresAreTaken() {
        assertEquals(List.of(3, 0), CoreShares.besides(List.of(3, 1, 0), List.of(1, 2)));
        assertEquals(List.of(), CoreShares.besides(List.of(0, 1), List.of(1, 0)));
    }

    @Test
    void shouldStayWhenNothingIsTakenOrNothingIsLeft() {
        final List<Integer> allowed = RealTime.allowedCores();
        assertEquals(List.of(), CoreShares.standAside(List.of()));
        assertEquals(List.of(), CoreShares.standAside(allowed));
        assertEquals(allowed, RealTime.allowedCores());
    }

    @Test
    void shouldMoveNamedThreadsAloneWhenAsked() throws Exception {
        final List<Integer> allowed = RealTime.allowedCores();
        Assumptions.assumeTrue(allowed.size() > 1, "one core cannot be parted");
        final List<Integer> one = List.of(allowed.getFirst());
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch moved = new CountDownLatch(1);
        final FutureTask<List<Integer>> where = new FutureTask<>(() -> {
            begun.countDown();
            moved.await();
            return RealTime.allowedCores();
        });
        Thread.ofPlatform().name("shares-a-core").daemon(true).start(where);
        begun.await();
        try {
            assertEquals(List.of("shares-a-core"), CoreShares.move(one, "shares-a-core"::equals));
        } finally {
            moved.countDown();
        }
        assertEquals(one, where.get());
        assertEquals(allowed, RealTime.allowedCores());
        assertFalse(CoreShares.move(one, name -> false).contains("shares-a-core"));
    }
}
