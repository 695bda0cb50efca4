// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.tactus.bindings.generated.linux.linux_h;

/**
 * A file in memory that lies in no folder, for a library that writes what it makes to a file of a name. Nothing is left of it however the
 * process ends. Linux only; one thread.
 */
public final class AnonymousFile implements AutoCloseable {
    private final int descriptor;

    /**
     * Makes an empty file.
     *
     * @throws IOException when the system gives none
     */
    public AnonymousFile() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            descriptor = linux_h.memfd_create(arena.allocateFrom("tactus").address(), linux_h.MFD_CLOEXEC());
        }
        if (descriptor < 0) {
            throw new IOException("the system gives no file in memory (memfd_create)");
        }
    }

    /**
     * The name by which this process can open it.
     *
     * @return a path below {@code /proc}, until it is closed
     */
    public Path path() {
        return Path.of("/proc/self/fd", Integer.toString(descriptor));
    }

    @Override
    public void close() {
        linux_h.close(descriptor);
    }
}
