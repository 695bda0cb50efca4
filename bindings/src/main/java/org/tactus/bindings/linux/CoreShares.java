// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Parts the cores of a machine between threads that have a core each and threads that only watch them. A thread with a real-time priority
 * takes its core from an ordinary one at once only while that one executes its own code: a kernel without full preemption first ends the
 * system call that it is in, the writing of a socket or of a file. So what watches does it elsewhere. Control path only.
 */
public final class CoreShares {
    private static final Path OWN = Path.of("/proc/self/task");

    private CoreShares() {
    }

    /**
     * Finds the cores that are left for others.
     *
     * @param allowed where they may run
     * @param taken   cores that have a thread of their own
     * @return numbers of cores in the order of {@code allowed}; empty when none is left
     */
    public static List<Integer> besides(final List<Integer> allowed, final Collection<Integer> taken) {
        return allowed.stream().filter(core -> !taken.contains(core)).toList();
    }

    /**
     * Finds the cores that threads of a process are pinned to: those that are allowed less, or other cores, than its first thread is.
     *
     * @param pid  of the process
     * @param name tells by its name whether a thread counts; names are cut to 15 characters
     * @return numbers of cores in ascending order; without threads that this user cannot see
     */
    public static List<Integer> pinned(final long pid, final Predicate<String> name) {
        return pinned(Path.of("/proc", Long.toString(pid), "task"), Long.toString(pid), name);
    }

    static List<Integer> pinned(final Path threads, final String first, final Predicate<String> name) {
        final TreeSet<Integer> cores = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(threads, "[0-9]*")) {
            final List<Integer> usual = CoreRivals.allowed(threads.resolve(first));
            for (final Path thread : all) {
                if (name.test(name(thread))) {
                    final List<Integer> allowed = CoreRivals.allowed(thread);
                    cores.addAll(allowed.equals(usual) ? List.of() : allowed);
                }
            }
        } catch (final IOException | RuntimeException e) {
            return List.copyOf(cores); // it has ended meanwhile, or is not ours to see
        }
        return List.copyOf(cores);
    }

    /**
     * Moves threads of this process to cores; threads that those start later are there, too.
     *
     * @param cores numbers of cores, at least one
     * @param name  tells by its name whether a thread is moved; names are cut to 15 characters
     * @return names of the threads that are there now; one that the system did not move is left where it is
     */
    public static List<String> move(final Collection<Integer> cores, final Predicate<String> name) {
        final List<String> moved = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(OWN, "[0-9]*")) {
            for (final Path thread : all) {
                final String called = name(thread);
                if (name.test(called) && RealTime.pin(Integer.parseInt(thread.getFileName().toString()), cores).granted()) {
                    moved.add(called);
                }
            }
        } catch (final IOException | RuntimeException e) {
            return moved; // no such folder here
        }
        return moved;
    }

    /**
     * Moves every thread of this process off cores that others have for themselves, where it may run elsewhere.
     *
     * @param taken cores that have a thread of their own
     * @return where this process is from now on; empty where it stays as it is, because nothing is taken or nothing is left
     */
    public static List<Integer> standAside(final Collection<Integer> taken) {
        final List<Integer> left = taken.isEmpty() ? List.of() : besides(RealTime.allowedCores(), taken);
        if (!left.isEmpty()) {
            move(left, name -> true);
        }
        return left;
    }

    /** Empty for a thread that has ended meanwhile. */
    private static String name(final Path thread) {
        try {
            return new String(Files.readAllBytes(thread.resolve("comm")), StandardCharsets.UTF_8).strip();
        } catch (final IOException e) {
            return "";
        }
    }
}
