// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreRivalsTest {
    private static final int OWN = 10;

    @TempDir
    private Path proc;

    /** A thread as {@code /proc} shows it: fields 3 to 41 of its {@code stat} behind the name. */
    private void thread(final int pid, final int thread, final String name, final long flags, final int priority, final int policy,
                        final String cores) throws IOException {
        thread(pid, 1, thread, name, flags, priority, policy, cores);
    }

    private void thread(final int pid, final int parent, final int thread, final String name, final long flags, final int priority,
                        final int policy, final String cores) throws IOException {
        final Path folder = Files.createDirectories(proc.resolve(pid + "/task/" + thread));
        final StringBuilder stat = new StringBuilder(thread + " (" + name + ") S");
        for (int field = 4; field <= 44; field++) {
            stat.append(' ').append(field == 4 ? parent : field == 9 ? flags : field == 40 ? priority : field == 41 ? policy : 0);
        }
        Files.writeString(folder.resolve("stat"), stat.append('\n'));
        Files.writeString(folder.resolve("status"), "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t" + cores + "\nMems_allowed:\t1\n");
    }

    private List<String> found(final int leastPriority, final Integer... cores) {
        return new CoreRivals(proc, OWN, List.of(0, 1, 2, 3)).find(List.of(cores), leastPriority).stream()
            .map(rival -> rival.pid() + " " + rival.name() + " " + rival.how()).sorted().toList();
    }

    @Test
    void shouldFindWhoMayHoldUpOursWhenOursAreRealTime() throws IOException {
        thread(OWN, 11, "our own", 0, 80, 1, "1");
        thread(20, 20, "main", 0, 0, 0, "0-3");
        thread(20, 21, "a (b) c\u0007", 0, 80, 1, "1");
        thread(30, 30, "weak", 0, 50, 1, "1");
        thread(40, 40, "elsewhere", 0, 90, 2, "2-3");
        thread(50, 50, "anywhere", 0, 99, 2, "0-3");
        thread(60, 60, "migration/1", 0x0020_0000, 99, 1, "1");
        thread(70, 70, "deadline", 0, 0, 6, "0-3");
        thread(80, 80, "ordinary", 0, 0, 0, "1");
        assertEquals(List.of("20 a (b) c? real-time priority 80", "50 anywhere real-time priority 99", "70 deadline real-time priority 0"),
            found(80, 1));
    }

    @Test
    void shouldTakeNoThreadOfAChildForARivalWhenItComputesForOurs() throws IOException {
        thread(20, OWN, 21, "tactus-network-0", 0, 80, 1, "1");
        thread(30, OWN, 31, "other", 0, 80, 1, "1");
        thread(40, 1, 41, "tactus-network-0", 0, 80, 1, "1");
        assertEquals(List.of("30 other real-time priority 80", "40 tactus-network-0 real-time priority 80"), found(80, 1));
    }

    @Test
    void shouldFindWhoIsPinnedToOurCoresWhenOursAreOrdinary() throws IOException {
        thread(20, 20, "free", 0, 0, 0, "0-3");
        thread(30, 30, "pinned", 0, 0, 0, "1");
        thread(40, 40, "wider", 0, 0, 0, "1-2");
        thread(50, 50, "fifo", 0, 1, 1, "0-3");
        Files.createDirectories(proc.resolve("60/task/61")); // one that ends while it is looked at
        Files.createDirectories(proc.resolve("self"));
        assertEquals(List.of("30 pinned pinned to cores [1]", "50 fifo real-time priority 1"), found(0, 0, 1));
        assertEquals(List.of("30 pinned pinned to cores [1]", "40 wider pinned to cores [1, 2]", "50 fifo real-time priority 1"),
            found(0, 0, 1, 2));
        assertEquals(List.of(), new CoreRivals(proc.resolve("none"), OWN, List.of(0)).find(List.of(0), 0));
    }
}
