// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds threads of other processes that may take cores away from ours, as far as {@code /proc} shows them: those of other PID namespaces
 * and those that come and go between two looks are not seen. Control path only.
 */
public final class CoreRivals {
    private static final long KERNEL_THREAD = 0x0020_0000;
    private static final int FLAGS_FIELD = 9;
    private static final int PRIORITY_FIELD = 40;
    private static final int POLICY_FIELD = 41;
    /** The name, field 2, is in parentheses and may hold blanks: fields are counted behind it. */
    private static final int FIRST_FIELD_BEHIND_NAME = 3;
    private static final int PARENT_FIELD = 4;
    /** How the names of our threads begin. */
    private static final String OURS = "tactus-";
    private static final int FIFO = 1;
    private static final int ROUND_ROBIN = 2;
    private static final int DEADLINE = 6;
    private static final String ALLOWED = "Cpus_allowed_list:";

    private final Path proc;
    private final long ownPid;
    private final List<Integer> online;

    /**
     * Looks at this machine.
     */
    public CoreRivals() {
        this(Path.of("/proc"), ProcessHandle.current().pid(), RealTime.onlineCores());
    }

    /** Looks at a folder laid out as {@code /proc}. */
    CoreRivals(final Path proc, final long ownPid, final List<Integer> online) {
        this.proc = proc;
        this.ownPid = ownPid;
        this.online = online;
    }

    /**
     * A thread that may take cores away.
     *
     * @param pid  number of its process
     * @param name its name, printable characters only
     * @param how  how it is scheduled, in words
     */
    public record Rival(long pid, String name, String how) {
    }

    /**
     * Finds the threads that may hold up ours.
     *
     * @param cores         the cores that ours run on
     * @param leastPriority real-time priority from which on a thread of others holds ours up; 0 when ours are not real-time: then every
     *                      real-time thread does, and every other one that is pinned to these cores
     * @return at most one a process; without those that cannot be read
     */
    public List<Rival> find(final List<Integer> cores, final int leastPriority) {
        final List<Rival> rivals = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (final Path process : processes) {
                final String name = process.getFileName().toString();
                if (name.matches("[0-9]{1,18}") && Long.parseLong(name) != ownPid) {
                    find(process, Long.parseLong(name), cores, leastPriority, rivals);
                }
            }
        } catch (final IOException | RuntimeException e) {
            return List.copyOf(rivals); // what the system does not show is not seen
        }
        return List.copyOf(rivals);
    }

    private void find(
        final Path process, final long pid, final List<Integer> cores, final int leastPriority, final List<Rival> rivals) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
            for (final Path thread : threads) {
                final String stat = text(thread.resolve("stat"));
                final int open = stat.indexOf('(');
                final int close = stat.lastIndexOf(')');
                final String[] fields = stat.substring(close + 2).split(" ");
                if ((field(fields, FLAGS_FIELD) & KERNEL_THREAD) != 0) {
                    return; // the system's own: it serves every process alike
                }
                final long policy = field(fields, POLICY_FIELD);
                final long priority = field(fields, PRIORITY_FIELD);
                final boolean realTime = policy == FIFO || policy == ROUND_ROBIN || policy == DEADLINE;
                if (realTime ? policy != DEADLINE && priority < leastPriority : leastPriority > 0) {
                    continue;
                }
                if (field(fields, PARENT_FIELD) == ownPid && stat.startsWith(OURS, open + 1)) {
                    continue; // of a child that computes for this process
                }
                final List<Integer> allowed = allowed(thread);
                final boolean meets = allowed.stream().anyMatch(cores::contains);
                final boolean pinned = cores.containsAll(allowed) && !allowed.containsAll(online);
                if (meets && (realTime || pinned)) {
                    rivals.add(new Rival(pid, stat.substring(open + 1, close).replaceAll("[^\\x20-\\x7e]", "?"),
                        realTime ? "real-time priority " + priority : "pinned to cores " + allowed));
                    return;
                }
            }
        } catch (final IOException | RuntimeException e) {
            return; // it has ended meanwhile, or is not ours to see
        }
    }

    /** Where a thread may run, by its folder below {@code /proc}. */
    static List<Integer> allowed(final Path thread) throws IOException {
        for (final String line : text(thread.resolve("status")).split("\n")) {
            if (line.startsWith(ALLOWED)) {
                return RealTime.parseCoreList(line.substring(ALLOWED.length()).strip());
            }
        }
        return List.of();
    }

    private static long field(final String[] behindName, final int number) {
        return Long.parseLong(behindName[number - FIRST_FIELD_BEHIND_NAME].strip());
    }

    private static String text(final Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
