// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tactus.bindings.generated.linux.linux_h;

/**
 * The system's accounts of one thread: the time that it executed, how often it gave its core away, how often it faulted a page in. Methods
 * whose names begin with {@code own} are for the thread itself, the others for one other thread. They allocate nothing, unless they say so.
 *
 * <p>The clock of the CPU time does not advance while another thread has the core. What a hypervisor or an interrupt takes it leaves out
 * only where the kernel accounts for that ({@code CONFIG_PARAVIRT_TIME_ACCOUNTING}, {@code CONFIG_IRQ_TIME_ACCOUNTING}).
 */
public final class ThreadAccounts {
    private static final int CLOCK_THREAD_CPUTIME_ID = 3;
    private static final int RUSAGE_THREAD = 1;
    /** As the kernel makes the clock of another thread: beside its number, {@code CPUCLOCK_PERTHREAD_MASK} and {@code CPUCLOCK_SCHED}. */
    private static final int OF_A_THREAD = 4 | 2;
    private static final long NS_A_SECOND = 1_000_000_000L;
    private static final long TIMESPEC_BYTES = 16;
    private static final long RUSAGE_BYTES = 144;
    private static final long MINOR_FAULTS_OFFSET = 64;
    private static final long MAJOR_FAULTS_OFFSET = 72;
    private static final long VOLUNTARY_SWITCHES_OFFSET = 128;

    private final int thread;
    private final int clockOfThread;
    private final MemorySegment own = Arena.ofAuto().allocate(TIMESPEC_BYTES, Long.BYTES);
    private final MemorySegment usage = Arena.ofAuto().allocate(RUSAGE_BYTES, Long.BYTES);
    private final MemorySegment others = Arena.ofAuto().allocate(TIMESPEC_BYTES, Long.BYTES);

    private ThreadAccounts(final int thread) {
        this.thread = thread;
        this.clockOfThread = ~thread << 3 | OF_A_THREAD;
    }

    /** Made on first use, so that this class loads where the functions are missing. */
    private static final class Calls {
        static final MethodHandle CLOCK_GETTIME = handle("clock_gettime");
        static final MethodHandle GETRUSAGE = handle("getrusage");

        private Calls() {
        }

        private static MethodHandle handle(final String name) {
            return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        }
    }

    /**
     * The accounts of the calling thread.
     *
     * @return empty where the system keeps none
     */
    public static Optional<ThreadAccounts> ofCallingThread() {
        try {
            final ThreadAccounts accounts = new ThreadAccounts(linux_h.gettid());
            return accounts.ownCpuNs() >= 0 && accounts.ownSwitches() >= 0 && accounts.cpuNs() >= 0
                ? Optional.of(accounts) : Optional.empty();
        } catch (final LinkageError | RuntimeException e) { // no such function on this system
            return Optional.empty();
        }
    }

    /**
     * How long the calling thread, which these accounts are of, has executed: one system call.
     *
     * @return nanoseconds since an instant of its own; below 0 when the system does not tell
     */
    public long ownCpuNs() {
        return read(CLOCK_THREAD_CPUTIME_ID, own);
    }

    /**
     * How long the thread has executed, for one other thread.
     *
     * @return nanoseconds, in the same clock as {@link #ownCpuNs}; below 0 when the system does not tell, as after the thread's end
     */
    public long cpuNs() {
        return read(clockOfThread, others);
    }

    private static long read(final int clock, final MemorySegment into) {
        try {
            return (int) Calls.CLOCK_GETTIME.invokeExact(clock, into.address()) != 0 ? -1
                : into.get(ValueLayout.JAVA_LONG, 0) * NS_A_SECOND + into.get(ValueLayout.JAVA_LONG, Long.BYTES);
        } catch (final Throwable e) {
            throw new IllegalStateException("clock_gettime(" + clock + ") cannot be called", e);
        }
    }

    /**
     * How often the calling thread, which these accounts are of, has given its core away because it had to wait: one system call.
     *
     * @return a count; below 0 when the system does not tell
     */
    public long ownSwitches() {
        return usage() ? usage.get(ValueLayout.JAVA_LONG, VOLUNTARY_SWITCHES_OFFSET) : -1;
    }

    /**
     * How often the calling thread, which these accounts are of, touched a page that the system had to bring in: one system call.
     *
     * @return a count; below 0 when the system does not tell
     */
    public long ownPageFaults() {
        return usage() ? usage.get(ValueLayout.JAVA_LONG, MINOR_FAULTS_OFFSET) + usage.get(ValueLayout.JAVA_LONG, MAJOR_FAULTS_OFFSET) : -1;
    }

    private boolean usage() {
        try {
            return (int) Calls.GETRUSAGE.invokeExact(RUSAGE_THREAD, usage.address()) == 0;
        } catch (final Throwable e) {
            throw new IllegalStateException("getrusage cannot be called", e);
        }
    }

    /**
     * Tells whether the thread waits for something, so that it does not want a core. Any thread; allocates.
     *
     * @return false when it executes, is ready to, or the system does not tell
     */
    public boolean isWaiting() {
        try {
            final String stat = Files.readString(Path.of("/proc/self/task", Integer.toString(thread), "stat"));
            final int state = stat.lastIndexOf(')') + 2; // the name before it may hold anything
            return stat.length() > state && (stat.charAt(state) == 'S' || stat.charAt(state) == 'D');
        } catch (final IOException e) {
            return false;
        }
    }
}
