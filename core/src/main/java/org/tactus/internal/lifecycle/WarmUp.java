// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.util.HashSet;
import java.util.Set;

/**
 * Keeps account of what a process has warmed up, so that it is done once, whatever the number of tasks and runs.
 *
 * <p>Code is warm when the JDK has nothing left to make for it. A class is loaded at its first use. A call site of a method handle, and
 * of a {@code VarHandle}, is linked at its first call. A method handle that is called by code that the C2 compiler has not compiled gets
 * a class of its own at its 127th call, which takes 31 KB of heap and up to 2 ms; so does the handle inside it. Therefore every native
 * function that a dispatcher calls is called {@link #CALLS} times before time zero.
 */
public final class WarmUp {
    /** How often a native function is called before time zero: more than twice the 127 calls after which its handles are specialised. */
    public static final int CALLS = 300;

    private static final Set<Class<?>> DONE = new HashSet<>();

    private WarmUp() {
    }

    /**
     * Warms something up, unless this process has done it. Any thread; another thread that asks meanwhile waits.
     *
     * @param what  names it
     * @param calls what is to be called; when it throws, it counts as not done
     * @return whether it was done now
     */
    public static synchronized boolean once(final Class<?> what, final Runnable calls) {
        if (DONE.contains(what)) {
            return false;
        }
        calls.run();
        DONE.add(what);
        return true;
    }

    /**
     * Tells how often to call what must be called on each thread or for each device, but whose method handles are the process's.
     *
     * @param what names it
     * @return {@link #CALLS} the first time in this process, afterwards 1
     */
    public static synchronized int calls(final Class<?> what) {
        return DONE.add(what) ? CALLS : 1;
    }
}
