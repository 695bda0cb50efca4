// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.generated.linux.linux_h;

/** What a process that serves its parent asks of the system about itself. Called once, by its first thread. */
public final class ChildSide {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int SIGKILL = 9;

    private ChildSide() {
    }

    /**
     * Lets the system end this process with the thread that started it, whatever this process is doing then. The caller then compares the
     * parent, which may have ended before.
     *
     * @return false where the system does not do so
     */
    public static boolean endWithParent() {
        return linux_h.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
    }

    /**
     * Takes the standard output for the caller alone: what a library prints there from now on goes to the standard error, so that it cannot
     * be taken for an answer.
     *
     * @return what the standard output was
     * @throws IOException when the system refuses
     */
    public static OutputStream takeStandardOutput() throws IOException {
        final OutputStream taken = new FileOutputStream("/proc/self/fd/1"); // another descriptor of the same pipe
        final ValueLayout.OfInt number = ValueLayout.JAVA_INT;
        final Linker linker = Linker.nativeLinker();
        final int made;
        try {
            made = (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("dup2"), FunctionDescriptor.of(number, number, number))
                .invokeExact(2, 1);
        } catch (final Throwable e) {
            throw new AssertionError("dup2 throws nothing", e);
        }
        if (made != 1) {
            taken.close();
            throw new IOException("dup2(2, 1) was refused");
        }
        return taken;
    }
}
