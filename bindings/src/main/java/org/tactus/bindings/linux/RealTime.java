// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tactus.bindings.generated.linux.linux_h;
import org.tactus.bindings.generated.linux.sched_param;

/**
 * Real-time rights of the calling thread and of the process. Every method may be called on any thread and concerns the calling
 * one unless it says otherwise; none throws when the system refuses. Control path only: they allocate.
 */
public final class RealTime {
    private static final long MASK_BYTES = linux_h.CPU_SET_WORDS() * 8L;
    private static final int CALLING_THREAD = 0;
    private static final int MOST_PRIORITY = 99;

    private RealTime() {
    }

    /** Handles that capture errno; made on first use, so that the class loads where the functions are missing. */
    private static final class Calls {
        static final MethodHandle SCHED_SETAFFINITY =
            handle(linux_h.sched_setaffinity$address(), linux_h.sched_setaffinity$descriptor());
        static final MethodHandle SCHED_GETAFFINITY =
            handle(linux_h.sched_getaffinity$address(), linux_h.sched_getaffinity$descriptor());
        static final MethodHandle SCHED_SETSCHEDULER =
            handle(linux_h.sched_setscheduler$address(), linux_h.sched_setscheduler$descriptor());
        static final MethodHandle MLOCKALL = handle(linux_h.mlockall$address(), linux_h.mlockall$descriptor());
        static final MethodHandle PRCTL = handle(linux_h.prctl$address(), linux_h.prctl$descriptor());

        private Calls() {
        }

        private static MethodHandle handle(final MemorySegment address, final FunctionDescriptor descriptor) {
            return Linker.nativeLinker().downcallHandle(address, descriptor, Errno.CAPTURE);
        }
    }

    /** A call that captures errno in {@code state} and answers -1 for an error. */
    @FunctionalInterface
    private interface Call {
        int apply(Arena arena, MemorySegment state) throws Throwable;
    }

    /**
     * Pins the calling thread to cores, and reads back that it is.
     *
     * @param cores numbers of cores, at least one
     * @return granted, or why not
     */
    public static Grant pin(final Collection<Integer> cores) {
        final Grant grant = pin(CALLING_THREAD, cores);
        final List<Integer> wanted = List.copyOf(new TreeSet<>(cores));
        if (grant.granted() && !allowedCores().equals(wanted)) {
            return Grant.refused("cores " + wanted + ": only " + allowedCores() + " were given; name cores that exist");
        }
        return grant;
    }

    /**
     * Pins another thread of this process to cores. Unlike {@link #pin(Collection)} it does not read back what was given.
     *
     * @param thread the system's number of it
     * @param cores  numbers of cores, at least one
     * @return granted, or why not
     */
    public static Grant pin(final int thread, final Collection<Integer> cores) {
        final TreeSet<Integer> wanted = new TreeSet<>(cores);
        if (wanted.isEmpty() || wanted.first() < 0 || wanted.last() >= MASK_BYTES * 8) {
            return Grant.refused("cores " + cores + ": a core is a number from 0 to " + (MASK_BYTES * 8 - 1));
        }
        return attempt("sched_setaffinity", "cores " + wanted, (arena, state) -> {
            final MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            for (final int core : wanted) {
                final long at = core / 64 * 8L;
                mask.set(ValueLayout.JAVA_LONG, at, mask.get(ValueLayout.JAVA_LONG, at) | 1L << core % 64);
            }
            return (int) Calls.SCHED_SETAFFINITY.invokeExact(state, thread, MASK_BYTES, mask.address());
        });
    }

    /**
     * Tells on which cores the calling thread may run.
     *
     * @return numbers of cores in ascending order; empty when the system does not say
     */
    public static List<Integer> allowedCores() {
        final List<Integer> cores = new ArrayList<>();
        attempt("sched_getaffinity", "", (arena, state) -> {
            final MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            final int result = (int) Calls.SCHED_GETAFFINITY.invokeExact(state, CALLING_THREAD, MASK_BYTES, mask.address());
            for (int core = 0; result >= 0 && core < MASK_BYTES * 8; core++) {
                if ((mask.get(ValueLayout.JAVA_LONG, core / 64 * 8L) >>> core % 64 & 1) == 1) {
                    cores.add(core);
                }
            }
            return result;
        });
        return List.copyOf(cores);
    }

    /**
     * Tells which cores of the machine are on line, whether this process may use them or not.
     *
     * @return numbers of cores in ascending order; those that this thread may use when the system does not say
     */
    public static List<Integer> onlineCores() {
        try {
            return parseCoreList(Files.readString(Path.of("/sys/devices/system/cpu/online")).strip());
        } catch (final IOException | NumberFormatException e) {
            return allowedCores();
        }
    }

    /**
     * Reads a list of cores as the system writes it.
     *
     * @param text such as {@code 0-3,6}
     * @return numbers of cores, in its order
     * @throws NumberFormatException for what is no such list, such as an empty text
     */
    public static List<Integer> parseCoreList(final String text) {
        final List<Integer> cores = new ArrayList<>();
        for (final String part : text.split(",")) {
            final String[] range = part.split("-");
            for (int core = Integer.parseInt(range[0]); core <= Integer.parseInt(range[range.length - 1]); core++) {
                cores.add(core);
            }
        }
        return List.copyOf(cores);
    }

    /**
     * Tells which core the calling thread runs on now. One native call, no allocation.
     *
     * @return number of the core
     */
    public static int currentCore() {
        return linux_h.sched_getcpu();
    }

    /**
     * Gives the calling thread real-time scheduling, first in first out. Threads that it starts inherit it.
     *
     * @param priority 1 (lowest) to 99
     * @return granted, or why not
     */
    public static Grant fifo(final int priority) {
        return schedule(CALLING_THREAD, "SCHED_FIFO priority " + priority, linux_h.SCHED_FIFO(), priority);
    }

    /**
     * Gives another thread of this process real-time scheduling, first in first out.
     *
     * @param thread   what {@link #threadId} told that thread
     * @param priority 1 (lowest) to 99
     * @return granted, or why not
     */
    public static Grant fifo(final int thread, final int priority) {
        return schedule(thread, "SCHED_FIFO priority " + priority + " for thread " + thread, linux_h.SCHED_FIFO(), priority);
    }

    /**
     * Moves the calling thread, which has {@link #fifo} scheduling, to another priority. One system call, no allocation: for the path of
     * a job.
     *
     * @param priority 1 (lowest) to 99
     * @return true when granted
     */
    public static boolean move(final int priority) {
        return linux_h.sched_setscheduler(CALLING_THREAD, linux_h.SCHED_FIFO(), Parameters.ofPriority(priority)) == 0;
    }

    /**
     * Puts another thread of this process back to ordinary scheduling.
     *
     * @param thread what {@link #threadId} told that thread
     * @return granted, or why not
     */
    public static Grant ordinary(final int thread) {
        return schedule(thread, "SCHED_OTHER for thread " + thread, linux_h.SCHED_OTHER(), 0);
    }

    /**
     * The system's number of the calling thread.
     *
     * @return above 0; 0 when there is no such call here
     */
    public static int threadId() {
        try {
            return linux_h.gettid();
        } catch (final UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
            return 0;
        }
    }

    /** A {@code sched_param} for each priority, made once, so that a move allocates nothing. */
    private static final class Parameters {
        private static final long FIRST = table();

        private Parameters() {
        }

        private static long table() {
            final MemorySegment all = sched_param.allocateArray(MOST_PRIORITY + 1, Arena.global());
            for (int priority = 0; priority <= MOST_PRIORITY; priority++) {
                sched_param.sched_priority(sched_param.asSlice(all, priority), priority);
            }
            return all.address();
        }

        static long ofPriority(final int priority) {
            return FIRST + priority * sched_param.sizeof();
        }
    }

    /**
     * Puts the calling thread back to ordinary scheduling.
     *
     * @return granted, or why not
     */
    public static Grant ordinary() {
        return schedule(CALLING_THREAD, "SCHED_OTHER", linux_h.SCHED_OTHER(), 0);
    }

    private static Grant schedule(final int thread, final String what, final int policy, final int priority) {
        return attempt("sched_setscheduler", what, (arena, state) -> {
            final MemorySegment parameter = sched_param.allocate(arena);
            sched_param.sched_priority(parameter, priority);
            return (int) Calls.SCHED_SETSCHEDULER.invokeExact(state, thread, policy, parameter.address());
        });
    }

    /**
     * Keeps the whole process's memory, present and future, from being paged out.
     *
     * @return granted, or why not
     */
    public static Grant lockMemory() {
        return attempt("mlockall", "memory locked",
            (arena, state) -> (int) Calls.MLOCKALL.invokeExact(state, linux_h.MCL_CURRENT() | linux_h.MCL_FUTURE()));
    }

    /**
     * Undoes {@link #lockMemory}.
     *
     * @return granted, or why not
     */
    public static Grant unlockMemory() {
        return linux_h.munlockall() == 0 ? Grant.given("memory unlocked") : Grant.refused("munlockall failed");
    }

    /**
     * Tells how much of this process's memory is locked, by whomever.
     *
     * @return bytes; 0 when none is or the system does not say
     */
    public static long lockedBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmLck:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024)
                .findFirst().orElse(0);
        } catch (final IOException | NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Sets how late the system may wake the calling thread from a timed sleep (the default is 50 us).
     *
     * @param slackNs nanoseconds, at least 1
     * @return granted, or why not
     */
    public static Grant timerSlack(final long slackNs) {
        if (slackNs < 1) {
            return Grant.refused("timer slack " + slackNs + " ns: it is at least 1 ns");
        }
        return attempt("prctl(PR_SET_TIMERSLACK)", "timer slack " + slackNs + " ns",
            (arena, state) -> (int) Calls.PRCTL.invokeExact(state, linux_h.PR_SET_TIMERSLACK(), slackNs, 0L, 0L, 0L));
    }

    /**
     * The share of a second that the system leaves to real-time threads; a thread that spins beyond it is stopped.
     *
     * @return microseconds a second of {@code sched_rt_period_us}; -1 when there is no limit or the system does not say
     */
    public static long realTimeRuntimeUs() {
        // One read: such a file ends after the first, so a reader that asks for a byte at a time gets one digit.
        try (BufferedReader reader = Files.newBufferedReader(Path.of("/proc/sys/kernel/sched_rt_runtime_us"))) {
            return Long.parseLong(reader.readLine().strip());
        } catch (final IOException | NumberFormatException e) {
            return -1;
        }
    }

    private static Grant attempt(final String function, final String what, final Call call) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment state = arena.allocate(Errno.LAYOUT);
            if (call.apply(arena, state) >= 0) {
                return Grant.given(what);
            }
            return Grant.refused(what + ": " + function + " refused: " + Errno.text(Errno.of(state)));
        } catch (final Throwable e) { // no such function on this system
            return Grant.refused(what + ": " + function + " is not to be had: " + e.getMessage());
        }
    }
}
